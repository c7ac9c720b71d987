package io.github.iocp4j.internal;

/** Consoles in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class ConsoleInputNative {
    private ConsoleInputNative() {
    }

    public static native long open(long port);
}
