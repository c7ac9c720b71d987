package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Handles that belong to no port yet, in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class DetachedNative {
    static {
        NativeLibrary.bind(DetachedNative.class);
    }

    private DetachedNative() {
    }

    /** Returns the key of the new device; the detached key is then no longer valid. */
    public static native long associate(long detached, long port);

    /** The name of the server that has accepted the handle; empty when there is none, or the handle is closed. */
    public static native String name(long detached);

    /** Whether that key is still valid. */
    public static native boolean exists(long detached);

    /** Closes the handle; does nothing for a key that is not valid. */
    public static native void close(long detached);
}
