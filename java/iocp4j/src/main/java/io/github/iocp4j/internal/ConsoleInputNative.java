package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Consoles in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class ConsoleInputNative {
    static {
        NativeLibrary.bind(ConsoleInputNative.class);
    }

    private ConsoleInputNative() {
    }

    public static native long open(long port);
}
