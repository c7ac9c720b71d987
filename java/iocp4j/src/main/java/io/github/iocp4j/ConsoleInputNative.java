package io.github.iocp4j;

/** Consoles in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class ConsoleInputNative {
    private ConsoleInputNative() {
    }

    static native long open(long port);
}
