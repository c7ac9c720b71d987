package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Handles that others have opened, in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
public final class AdoptedDeviceNative {
    public static final int CONSOLE = 1;
    public static final int SYNCHRONOUS = 2;

    static {
        NativeLibrary.bind(AdoptedDeviceNative.class);
    }

    private AdoptedDeviceNative() {
    }

    /** When it refuses, the handle is as it was. */
    public static native long adopt(long port, long handle, boolean passed);

    public static native long open(long port, String path, int access);

    /** What is known of any number that may be a handle: the bits above. */
    public static native int traits(long handle);
}
