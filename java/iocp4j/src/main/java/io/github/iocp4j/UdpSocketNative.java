package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Sockets for datagrams in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer, {@link SocketNative},
 * and {@link SocketAddressBuffer} for senders and targets. */
final class UdpSocketNative {
    private UdpSocketNative() {
    }

    static native long open(long port, String name, byte[] address, int[] options);

    static native long receiveFrom(
            long device, ByteBuffer buffer, int offset, int length, ByteBuffer sender, long token, int milliseconds);

    static native long sendTo(
            long device, ByteBuffer buffer, int offset, int length, ByteBuffer target, long token, int milliseconds);
}
