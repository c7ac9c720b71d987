package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import io.github.iocp4j.socket.SocketAddressBuffer;
import java.nio.ByteBuffer;

/**
 * Sockets for datagrams in {@code iocp4j.dll}; see {@link PortNative} for the return values, {@link SocketNative}, and
 * {@link SocketAddressBuffer} for senders and targets.
 */
public final class UdpSocketNative {
    static {
        NativeLibrary.bind(UdpSocketNative.class);
    }

    private UdpSocketNative() {
    }

    /** Opens a socket, which is bound to the address, or only has its family. */
    public static native long open(long port, String name, byte[] address, boolean bound, int[] options);

    /** Returns 1. */
    public static native long bind(long device, byte[] address);

    /** Returns 1. */
    public static native long connect(long device, byte[] peer);

    /** Returns 1. */
    public static native long disconnect(long device);

    /** Joins, leaves, blocks or unblocks; the source is null for all. Returns 1. */
    public static native long changeMembership(
            long device, int change, byte[] group, int networkInterface, byte[] source);

    public static native long receiveFrom(
            long device, ByteBuffer buffer, int offset, int length, ByteBuffer sender, boolean peek, long token,
            int milliseconds);

    public static native long sendTo(
            long device, ByteBuffer buffer, int offset, int length, ByteBuffer target, long token, int milliseconds);
}
