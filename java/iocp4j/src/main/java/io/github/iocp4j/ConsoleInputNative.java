package io.github.iocp4j;

/** Consoles in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class ConsoleInputNative {
    private ConsoleInputNative() {
    }

    static native long open(long port);
}
