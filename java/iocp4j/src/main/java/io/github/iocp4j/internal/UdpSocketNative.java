package io.github.iocp4j.internal;

import io.github.iocp4j.socket.SocketAddressBuffer;
import java.nio.ByteBuffer;

/** Sockets for datagrams in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer, {@link SocketNative},
 * and {@link SocketAddressBuffer} for senders and targets. */
public final class UdpSocketNative {
    private UdpSocketNative() {
    }

    public static native long open(long port, String name, byte[] address, int[] options);

    public static native long receiveFrom(
            long device, ByteBuffer buffer, int offset, int length, ByteBuffer sender, long token, int milliseconds);

    public static native long sendTo(
            long device, ByteBuffer buffer, int offset, int length, ByteBuffer target, long token, int milliseconds);
}
