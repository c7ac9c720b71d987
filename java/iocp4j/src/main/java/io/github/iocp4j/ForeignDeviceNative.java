package io.github.iocp4j;

/** Handles that others have opened, in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class ForeignDeviceNative {
    static final int CONSOLE = 1;
    static final int SYNCHRONOUS = 2;

    private ForeignDeviceNative() {
    }

    /** When it refuses, the handle is as it was. */
    static native long adopt(long port, long handle, boolean passed);

    static native long open(long port, String path, int access);

    /** What is known of any number that may be a handle: the bits above. */
    static native int traits(long handle);
}
