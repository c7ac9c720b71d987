package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.UdpSocket;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The input of a UDP channel. The way of a datagram is {@link #receive}, {@link #completed}, then {@code deliver} in a
 * task of the loop. Datagrams that come when the program has stopped reading wait for the next {@code read()}.
 */
final class DatagramReader {
    private final IocpDatagramChannel channel;
    /** Null before the channel is registered. */
    private DatagramReceives receives;
    /** The datagrams that wait for the program to read. */
    private final Queue<DatagramPacket> held = new ArrayDeque<>();
    /** The program wants datagrams. */
    private boolean readPending;
    /** The pipeline gets datagrams now, and the loop afterwards looks whether more are wanted. */
    private boolean inReadLoop;
    private boolean deliveryScheduled;
    private final Runnable deliver = this::deliver;

    DatagramReader(final IocpDatagramChannel channel) {
        this.channel = channel;
    }

    /** The channel's socket belongs to a port now. */
    void associated(final UdpSocket socket) {
        receives = new DatagramReceives(socket);
    }

    /** The program wants datagrams. */
    void begin() {
        if (!readPending && channel.canStart()) {
            readPending = true;
            if (!inReadLoop) {
                receive();
            }
        }
    }

    /** What the program has wanted before is not wanted any more. */
    void stop() {
        readPending = false;
    }

    /** The channel is being closed. The buffers of receives in flight are released by their completions. */
    void close() {
        readPending = false;
        for (DatagramPacket next = held.poll(); next != null; next = held.poll()) {
            next.release();
        }
    }

    /** All receives have completed, and none follows. */
    void release() {
        receives.release();
    }

    /** Has what waits delivered, and receives more, if the program wants that. */
    void receive() {
        if (!readPending || !channel.isBound() || !channel.canStart()) {
            return;
        }
        if (!held.isEmpty()) {
            scheduleDelivery();
        }
        final int wanted = channel.config().isAutoRead() ? DatagramReceives.PLACES : 1;
        try {
            while (receives.count() + held.size() < wanted) {
                receives.start(channel.registration(), channel.iocpUnsafe().recvBufAllocHandle(), channel.alloc());
            }
        } catch (final RuntimeException refused) {
            readPending = false;
            channel.pipeline().fireExceptionCaught(refused);
            channel.iocpUnsafe().close(channel.voidPromise());
        }
    }

    /** A receive has completed. */
    void completed(final CompletionEvent event) {
        final DatagramPacket packet = receives.completed(event, channel.localAddress());
        if (channel.isClosing()) {
            ReferenceCountUtil.release(packet);
        } else if (packet != null) {
            held.add(packet);
            if (readPending) {
                scheduleDelivery();
            }
        } else if (!event.isAborted()) {
            failed(event.error());
        }
    }

    private void failed(final Win32Exception failure) {
        switch (failure.code()) {
            case Win32Error.WSAECONNRESET:
            case Win32Error.WSAECONNREFUSED:
                // Of the time when it was connected, if it is not any more.
                if (channel.isConnected()) {
                    channel.pipeline().fireExceptionCaught(Failures.ofDatagram(failure));
                }
                break;
            case Win32Error.WSAENETRESET:
            case Win32Error.WSAEHOSTUNREACH:
            case Win32Error.WSAENETUNREACH:
                // A router has reported something about a datagram of this socket, which can still receive.
                channel.pipeline().fireExceptionCaught(Failures.ofDatagram(failure));
                break;
            default:
                channel.pipeline().fireExceptionCaught(failure);
                channel.iocpUnsafe().close(channel.voidPromise());
                break;
        }
        receive();
    }

    /** Later, so that the datagrams of one batch of completions are one read. */
    private void scheduleDelivery() {
        if (!deliveryScheduled) {
            deliveryScheduled = true;
            channel.eventLoop().execute(deliver);
        }
    }

    private void deliver() {
        deliveryScheduled = false;
        if (held.isEmpty() || !readPending || channel.isClosing()) {
            return;
        }
        final RecvByteBufAllocator.ExtendedHandle allocation = channel.iocpUnsafe().recvBufAllocHandle();
        allocation.reset(channel.config());
        readPending = false;
        inReadLoop = true;
        try {
            do {
                final DatagramPacket packet = held.remove();
                allocation.attemptedBytesRead(packet.content().capacity());
                allocation.lastBytesRead(packet.content().readableBytes());
                allocation.incMessagesRead(1);
                channel.pipeline().fireChannelRead(packet);
            } while (!held.isEmpty() && allocation.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
            allocation.readComplete();
            channel.pipeline().fireChannelReadComplete();
        } finally {
            inReadLoop = false;
        }
        receive();
    }
}
