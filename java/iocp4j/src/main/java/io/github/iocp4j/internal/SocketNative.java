package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/**
 * Sockets in general, and socket servers, in {@code iocp4j.dll}; see {@link PortNative} for the return values.
 * Addresses are as {@code SocketAddresses} encodes them, options as {@code SocketOptions} does.
 */
public final class SocketNative {
    static {
        NativeLibrary.bind(SocketNative.class);
    }

    private SocketNative() {
    }

    public static native long openServer(
            long port, String name, byte[] address, int[] options, int backlog, int listening, int firstBytes,
            boolean detached, long token);

    /** The same with the socket of {@link DetachedSocketNative}, which is bound. */
    public static native long serve(
            long socket, long port, String name, int backlog, int listening, int firstBytes, boolean detached,
            long token);

    /** Begins to accept; returns 1, or a negated error if the server must start accepts and none is in flight. */
    public static native long listen(long server);

    /** Starts one accept. */
    public static native long accept(long server, long token, int milliseconds);

    /** Writes the address to the array, and returns its length. */
    public static native long localAddress(long device, byte[] to);

    public static native long remoteAddress(long device, byte[] to);

    /** Returns the number of bytes. */
    public static native long available(long device);

    /** Returns 1. */
    public static native long set(long device, int option, int value);

    /** Returns the value + 1. */
    public static native long get(long device, int option);
}
