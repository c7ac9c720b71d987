package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Waitable devices in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class WaitableDeviceNative {
    static {
        NativeLibrary.bind(WaitableDeviceNative.class);
    }

    private WaitableDeviceNative() {
    }

    public static native long open(long port, String name, long object);

    public static native long await(long device, long token, int milliseconds);
}
