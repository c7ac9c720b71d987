package io.github.iocp4j;

/** Waitable devices in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class WaitableDeviceNative {
    private WaitableDeviceNative() {
    }

    static native long open(long port, String name, long object);

    static native long await(long device, long token, int milliseconds);
}
