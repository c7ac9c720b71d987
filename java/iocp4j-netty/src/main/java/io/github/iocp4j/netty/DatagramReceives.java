package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.socket.UdpSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;

/** The receives of a channel that are in flight. Each has a place, which is the kind of its token. */
final class DatagramReceives {
    /** So many datagrams are received before the loop acts. Windows keeps others in the socket's buffer. */
    static final int PLACES = 4;

    private final UdpSocket socket;
    private final PeerAddresses senders = new PeerAddresses(PLACES);
    /** Null where no receive is in flight. */
    private final ByteBuf[] buffers = new ByteBuf[PLACES];
    private int count;

    DatagramReceives(final UdpSocket socket) {
        this.socket = socket;
    }

    int count() {
        return count;
    }

    /**
     * Starts one more.
     *
     * @throws IllegalStateException when the operation is refused
     */
    void start(
            final Registration registration, final RecvByteBufAllocator.ExtendedHandle allocation,
            final ByteBufAllocator allocator) {
        int place = 0;
        while (buffers[place] != null) {
            place++;
        }
        final ByteBuf buffer = allocate(allocation, allocator);
        final int length = buffer.writableBytes();
        final long token = registration.token(place);
        boolean isStarted = false;
        try {
            registration.started(senders.isUsedWith(buffer)
                    ? RawOperations.receive(socket, buffer.memoryAddress() + buffer.writerIndex(), length,
                            senders.address(place), RawOperations.NO_TIMEOUT, token)
                    : socket.receive(
                            buffer.nioBuffer(buffer.writerIndex(), length), senders.buffer(place), token));
            isStarted = true;
        } finally {
            if (!isStarted) {
                buffer.release();
            }
        }
        buffers[place] = buffer;
        count++;
    }

    /** Takes the datagram of a receive that has completed; null if it has failed. */
    DatagramPacket completed(final CompletionEvent event, final InetSocketAddress recipient) {
        final int place = event.kind();
        final ByteBuf buffer = buffers[place];
        buffers[place] = null;
        count--;
        // The datagram was longer than the buffer: as on other transports, its first part is received.
        if (!event.isSuccess() && event.status() != Win32Error.WSAEMSGSIZE) {
            buffer.release();
            return null;
        }
        buffer.writerIndex(buffer.writerIndex() + event.bytes());
        return new DatagramPacket(buffer, recipient, senders.buffer(place).get());
    }

    /** All receives have completed. */
    void release() {
        senders.release();
    }

    private static ByteBuf allocate(
            final RecvByteBufAllocator.ExtendedHandle allocation, final ByteBufAllocator allocator) {
        final ByteBuf buffer = allocation.allocate(allocator);
        if (buffer.isDirect()) {
            return buffer;
        }
        final int length = buffer.writableBytes();
        buffer.release();
        return allocator.directBuffer(length);
    }
}
