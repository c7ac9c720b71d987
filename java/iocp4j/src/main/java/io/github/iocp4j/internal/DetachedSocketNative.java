package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Sockets that belong to no port yet, in {@code iocp4j.dll}; see {@link SocketNative}. */
public final class DetachedSocketNative {
    static {
        NativeLibrary.bind(DetachedSocketNative.class);
    }

    private DetachedSocketNative() {
    }

    /** Creates a socket of that address family and returns its key. */
    public static native long open(int family, boolean datagram);

    /** Returns 1. */
    public static native long bind(long detached, byte[] address);

    public static native long localAddress(long detached, byte[] to);

    public static native long remoteAddress(long detached, byte[] to);

    /** Returns 1. */
    public static native long set(long detached, int option, int value);

    /** Returns the value + 1. */
    public static native long get(long detached, int option);
}
