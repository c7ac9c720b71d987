package io.github.iocp4j.netty;

import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.socket.UdpSocket;
import io.github.iocp4j.socket.WinsockOptions;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.EmptyByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import java.net.InetSocketAddress;

/**
 * The messages of a channel that are being sent: the first ones of its outbound buffer, in the same order. A message
 * leaves both when it is sent or has failed, and all messages before it have left. Each has a place, which the kind of
 * its token names. The content is retained, because Netty may release a message when the channel is closed, but
 * Windows reads it until the completion.
 */
final class DatagramSends {
    /** So many datagrams are sent before the loop acts. */
    static final int PLACES = 8;

    private final UdpSocket socket;
    private final boolean isIpv6;
    private final PeerAddresses targets = new PeerAddresses(PLACES);
    /** Null where no send is in flight. */
    private final ByteBuf[] contents = new ByteBuf[PLACES];
    /** Null where the message is sent, or is being sent. */
    private final Throwable[] failures = new Throwable[PLACES];
    private int first;
    private int count;

    DatagramSends(final UdpSocket socket) {
        this.socket = socket;
        isIpv6 = socket.supportedOptions().contains(WinsockOptions.IPV6_V6ONLY);
    }

    int count() {
        return count;
    }

    /** Whether Windows sends one of the messages. */
    boolean isSending() {
        for (final ByteBuf content : contents) {
            if (content != null) {
                return true;
            }
        }
        return false;
    }

    /** Adds a message, and starts to send it to the target, or to the peer of the socket when that is null. */
    void add(
            final Registration registration, final int kinds, final ByteBuf content, final InetSocketAddress target) {
        final int place = place();
        final long token = registration.token(kinds + place);
        final int length = content.readableBytes();
        try {
            if (targets.isUsedWith(content)) {
                final long address = content.memoryAddress() + content.readerIndex();
                registration.started(target == null
                        ? RawOperations.write(socket, address, length, RawOperations.NO_TIMEOUT, token)
                        : RawOperations.send(socket, address, length, set(place, target), RawOperations.NO_TIMEOUT,
                                token));
            } else {
                registration.started(target == null
                        ? socket.write(content.nioBuffer(), token)
                        : socket.send(content.nioBuffer(), targets.buffer(place).set(target), token));
            }
            contents[place] = content.retain();
        } catch (final IllegalStateException | IllegalArgumentException | OutOfMemoryError refused) {
            failures[place] = refused;
        }
    }

    /** Adds a message that cannot be sent. */
    void addFailed(final Throwable failure) {
        failures[place()] = failure;
    }

    /** A send has completed. */
    void completed(final int place, final Throwable failure) {
        contents[place].release();
        contents[place] = null;
        failures[place] = failure;
    }

    /**
     * Removes the first messages, as far as they are sent, have failed or are cancelled. Their promises may send more.
     */
    void removeFrom(final ChannelOutboundBuffer outbound) {
        while (true) {
            if (outbound.current() instanceof EmptyByteBuf) {
                // Netty has put it in the place of a message whose promise was cancelled.
                outbound.remove();
                continue;
            }
            if (count == 0 || contents[first] != null) {
                return;
            }
            final Throwable failure = failures[first];
            failures[first] = null;
            first = (first + 1) % PLACES;
            count--;
            if (failure == null) {
                outbound.remove();
            } else {
                outbound.remove(failure);
            }
        }
    }

    /** All sends have completed. */
    void release() {
        targets.release();
    }

    private int place() {
        return (first + count++) % PLACES;
    }

    private long set(final int place, final InetSocketAddress target) {
        targets.buffer(place).set(target);
        if (isIpv6) {
            targets.buffer(place).mapToIpv6();
        }
        return targets.address(place);
    }
}
