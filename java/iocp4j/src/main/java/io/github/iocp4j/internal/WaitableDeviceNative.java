package io.github.iocp4j.internal;

/** Waitable devices in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class WaitableDeviceNative {
    private WaitableDeviceNative() {
    }

    public static native long open(long port, String name, long object);

    public static native long await(long device, long token, int milliseconds);
}
