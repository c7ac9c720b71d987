package io.github.iocp4j;

/**
 * What sockets have in common, and their servers, in {@code iocp4j.dll}; see {@link PortNative} for what the calls
 * answer. Addresses are as {@link SocketAddresses} encodes them, options as {@link SocketOptions} lists them.
 */
final class SocketNative {
    private SocketNative() {
    }

    static native long openServer(
            long port, String name, byte[] address, int[] options, int backlog, int listening, int firstBytes,
            long token);

    /** Begins to accept; answers 1, or why not a single accept is in flight. */
    static native long listen(long server);

    /** Puts the address into the array, and answers its length. */
    static native long localAddress(long device, byte[] to);

    static native long remoteAddress(long device, byte[] to);

    /** Answers 1. */
    static native long set(long device, int option, int value, int second);

    /** Answers the value + 1. */
    static native long get(long device, int option);
}
