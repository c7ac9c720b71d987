package io.github.iocp4j.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A server, with one accept in flight while the program reads. An accept that is in flight when the program stops
 * reading stays in flight, and its connection waits for the next {@code read()}.
 */
abstract class AbstractIocpServerChannel extends AbstractIocpChannel implements ServerChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

    private boolean readPending;
    private boolean accepting;
    /** The pipeline gets a connection now, and the next accept starts afterwards. */
    private boolean inReadLoop;
    /** A connection that was accepted after the program has stopped reading, or null. */
    private Channel held;

    AbstractIocpServerChannel() {
        super(null);
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    /** Starts an accept; returns the operation's id. */
    abstract long startAccept(long token);

    /** Makes the channel of an accepted connection, whose handle is closed if that fails. */
    abstract Channel connection(CompletionEvent accepted) throws IOException;

    final void autoReadCleared() {
        if (isRegistered()) {
            if (eventLoop().inEventLoop()) {
                readingEnds();
            } else {
                eventLoop().execute(this::readingEnds);
            }
        }
    }

    @Override
    final void readingEnds() {
        readPending = false;
    }

    @Override
    void closeBegins() {
        readPending = false;
        if (held != null) {
            held.unsafe().closeForcibly();
            held = null;
        }
    }

    @Override
    final void completed(final CompletionEvent event) {
        accepting = false;
        if (!event.isSuccess()) {
            if (!isClosing() && !event.isAborted()) {
                acceptFailed(event.error());
            }
            return;
        }
        final Channel connection;
        try {
            connection = connection(event);
        } catch (final IOException | RuntimeException gone) {
            acceptFailed(gone);
            return;
        }
        held = connection;
        if (isClosing()) {
            closeBegins();
        } else {
            deliverHeld();
        }
    }

    @Override
    protected final AbstractUnsafe newUnsafe() {
        return new ServerUnsafe();
    }

    @Override
    protected final void doBeginRead() throws IOException {
        if (readPending || !canStart()) {
            return;
        }
        readPending = true;
        if (!inReadLoop && isActive()) {
            acceptOrDeliver();
        }
    }

    @Override
    protected final void doWrite(final ChannelOutboundBuffer outbound) {
        throw new UnsupportedOperationException("A server has no peer to write to");
    }

    @Override
    protected final Object filterOutboundMessage(final Object message) {
        throw new UnsupportedOperationException("A server has no peer to write to");
    }

    @Override
    protected final void doDisconnect() {
        throw new UnsupportedOperationException("A server has no peer to disconnect from");
    }

    private void acceptOrDeliver() throws IOException {
        if (held != null) {
            // Later, because the caller may be a handler that does not expect its own channelRead now.
            eventLoop().execute(this::deliverHeld);
        } else if (!accepting) {
            try {
                registration().started(startAccept(registration().token(0)));
                accepting = true;
            } catch (final IllegalStateException refused) {
                throw new IOException(refused.getMessage(), refused);
            }
        }
    }

    private void deliverHeld() {
        if (held == null || !readPending || isClosing()) {
            return;
        }
        final Channel connection = held;
        held = null;
        final RecvByteBufAllocator.ExtendedHandle allocation = iocpUnsafe().recvBufAllocHandle();
        allocation.reset(config());
        readPending = false;
        inReadLoop = true;
        try {
            allocation.incMessagesRead(1);
            pipeline().fireChannelRead(connection);
            allocation.readComplete();
            pipeline().fireChannelReadComplete();
        } finally {
            inReadLoop = false;
        }
        goOnAccepting();
    }

    /** One client is lost, or a resource is short. The server goes on. */
    private void acceptFailed(final Exception cause) {
        final boolean wanted = readPending;
        readPending = false;
        inReadLoop = true;
        try {
            pipeline().fireChannelReadComplete();
            pipeline().fireExceptionCaught(cause);
        } finally {
            inReadLoop = false;
        }
        readPending |= wanted && config().isAutoRead();
        goOnAccepting();
    }

    private void goOnAccepting() {
        if (!readPending || !canStart()) {
            return;
        }
        try {
            acceptOrDeliver();
        } catch (final IOException refused) {
            readPending = false;
            pipeline().fireExceptionCaught(refused);
            iocpUnsafe().close(voidPromise());
        }
    }

    /** The side of a server that its event loop calls. */
    final class ServerUnsafe extends IocpUnsafe {
        @Override
        public void connect(final SocketAddress remote, final SocketAddress local, final ChannelPromise promise) {
            promise.tryFailure(new UnsupportedOperationException("A server does not connect"));
        }
    }
}
