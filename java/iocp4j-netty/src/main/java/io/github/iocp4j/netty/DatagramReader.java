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
 * The input of a UDP channel. {@link #receive} starts receives, {@link #completed} queues each datagram, and {@code
 * deliver}, a task of the loop, passes the queue to the pipeline. Datagrams that arrive after the program has stopped
 * reading stay in the queue until the next {@code read()}.
 */
final class DatagramReader {
    private final IocpDatagramChannel channel;
    /** Null before the channel is registered. */
    private DatagramReceives receives;
    /** The datagrams that wait for the program to read. */
    private final Queue<DatagramPacket> held = new ArrayDeque<>();
    /** The program has requested a read. */
    private boolean readPending;
    /** {@code deliver} is calling the pipeline. It starts the next receives itself afterwards. */
    private boolean inReadLoop;
    private boolean deliveryScheduled;
    private final Runnable deliver = this::deliver;

    DatagramReader(final IocpDatagramChannel channel) {
        this.channel = channel;
    }

    /** The channel's socket was registered with the port of its loop. */
    void associated(final UdpSocket socket) {
        receives = new DatagramReceives(socket);
    }

    /** The program requests a read. */
    void begin() {
        if (!readPending && channel.canStart()) {
            readPending = true;
            if (!inReadLoop) {
                receive();
            }
        }
    }

    /** The program does not want the read any more that it has requested. */
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

    boolean isReceiving() {
        return receives.count() > 0;
    }

    /** All receives have completed, and none follows. */
    void release() {
        receives.release();
    }

    /** If a read is requested: schedules the delivery of queued datagrams, and starts receives. */
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
        } catch (final RuntimeException | OutOfMemoryError refused) {
            refused(refused);
        }
    }

    private void refused(final Throwable cause) {
        readPending = false;
        channel.pipeline().fireExceptionCaught(cause);
        channel.iocpUnsafe().close(channel.voidPromise());
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
                // If the socket is not connected any more, an earlier connection has caused this.
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

    /** In a task, so that all datagrams of one batch of completions are delivered in one read. */
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
        readPending = false;
        inReadLoop = true;
        RuntimeException failure = null;
        try {
            try {
                deliverHeld();
            } catch (final RuntimeException thrown) {
                // The allocator is the program's. Nothing would read any more.
                failure = thrown;
            }
            channel.pipeline().fireChannelReadComplete();
        } finally {
            inReadLoop = false;
        }
        if (failure != null) {
            refused(failure);
        } else {
            receive();
        }
    }

    private void deliverHeld() {
        final RecvByteBufAllocator.ExtendedHandle allocation = channel.iocpUnsafe().recvBufAllocHandle();
        allocation.reset(channel.config());
        do {
            final DatagramPacket packet = held.element();
            allocation.attemptedBytesRead(packet.content().capacity());
            allocation.lastBytesRead(packet.content().readableBytes());
            allocation.incMessagesRead(1);
            held.remove();
            channel.pipeline().fireChannelRead(packet);
        } while (!held.isEmpty() && allocation.continueReading(UncheckedBooleanSupplier.TRUE_SUPPLIER));
        allocation.readComplete();
    }
}
