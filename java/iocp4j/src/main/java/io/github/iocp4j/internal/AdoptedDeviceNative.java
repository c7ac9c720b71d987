package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Handles that the program has opened, in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class AdoptedDeviceNative {
    public static final int CONSOLE = 1;
    public static final int SYNCHRONOUS = 2;

    static {
        NativeLibrary.bind(AdoptedDeviceNative.class);
    }

    private AdoptedDeviceNative() {
    }

    /** If the call is refused, the handle is unchanged. */
    public static native long adopt(long port, long handle, boolean passed);

    public static native long open(long port, String path, int access);

    /** The traits of a handle, which may be any number: {@link #CONSOLE} and {@link #SYNCHRONOUS}. */
    public static native int traits(long handle);
}
