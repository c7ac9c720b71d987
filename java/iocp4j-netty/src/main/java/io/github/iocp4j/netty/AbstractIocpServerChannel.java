package io.github.iocp4j.netty;

import io.github.iocp4j.OperationLimitException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A server, with some accepts in flight while the program reads. An accept that is in flight when the program stops
 * reading stays in flight, and its connection waits for the next {@code read()}.
 *
 * <p>A client that has gone before it is accepted is replaced, and the pipeline is not notified, because
 * {@code ServerBootstrap} would pause the server for a second: one client could keep out the others.
 */
abstract class AbstractIocpServerChannel extends AbstractIocpChannel implements ServerChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    /** So many clients in a row are not all to blame: the server cannot accept. */
    private static final int MAX_LOST_IN_A_ROW = 1_024;
    /** The pause after a failure of the server, as that of {@code ServerBootstrap}. */
    private static final int PAUSE_SECONDS = 1;

    private boolean readPending;
    /** The accepts in flight. */
    private int accepting;
    /** The connections that were accepted and are not closed; 0 if they are not counted. */
    private int connections;
    /** The clients that were lost since the last connection. */
    private int lostInARow;
    /** The pipeline gets a connection now, and the next accept starts afterwards. */
    private boolean inReadLoop;
    /** The connections that wait for the program to read. */
    private final Queue<Channel> held = new ArrayDeque<>();

    AbstractIocpServerChannel() {
        super(null);
    }

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    /** Starts an accept; returns the operation's id. */
    abstract long startAccept(long token);

    /** How many accepts are in flight while the program reads. */
    abstract int accepts();

    /** Whether there is a limit of connections, so that the server counts them. */
    boolean isLimited() {
        return false;
    }

    /** How many connections there may be at the same time. */
    int maxConnections() {
        return Integer.MAX_VALUE;
    }

    /** Makes the channel of an accepted connection, whose handle is closed if that fails. */
    abstract Channel connection(CompletionEvent accepted) throws IOException;

    /** Called on the loop of the connection, or on that of the server if no loop has registered the connection. */
    final void connectionClosed() {
        if (!isLimited()) {
            // A task for each would often wake the server's loop.
            return;
        }
        if (eventLoop().inEventLoop()) {
            connections--;
            goOnAccepting();
            return;
        }
        try {
            eventLoop().execute(this::connectionClosed);
        } catch (final RejectedExecutionException ended) {
            // The server is closed with its loop.
            assert eventLoop().isShuttingDown() : ended;
        }
    }

    @Override
    final void readingEnds() {
        readPending = false;
    }

    @Override
    void closeBegins() {
        readPending = false;
        for (Channel next = held.poll(); next != null; next = held.poll()) {
            next.unsafe().closeForcibly();
        }
    }

    @Override
    final void completed(final CompletionEvent event) {
        accepting--;
        if (!event.isSuccess()) {
            if (!isClosing() && !event.isAborted()) {
                if (Failures.isOfServer(event.error())) {
                    serverFailed(event.error());
                } else {
                    clientLost(event.error());
                }
            }
            return;
        }
        final Channel connection;
        try {
            connection = connection(event);
        } catch (final IOException | RuntimeException gone) {
            clientLost(gone);
            return;
        }
        lostInARow = 0;
        if (isLimited()) {
            connections++;
        }
        held.add(connection);
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
        if (!canStart()) {
            return;
        }
        readPending = true;
        // Also when a read was pending before: a read before the bind has started nothing.
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
        if (!held.isEmpty()) {
            // Later, because the caller may be a handler that does not expect its own channelRead now.
            eventLoop().execute(this::deliverHeld);
        }
        try {
            while (accepting < accepts() && connections + accepting < maxConnections()) {
                registration().started(startAccept(registration().token(0)));
                accepting++;
            }
        } catch (final OperationLimitException full) {
            // The operations of the loop's connections take all room, and give it back.
            if (accepting == 0) {
                eventLoop().schedule(this::goOnAccepting, PAUSE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (final IllegalStateException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
    }

    private void deliverHeld() {
        if (held.isEmpty() || !readPending || isClosing()) {
            return;
        }
        readPending = false;
        inReadLoop = true;
        try {
            final RecvByteBufAllocator.ExtendedHandle allocation = iocpUnsafe().recvBufAllocHandle();
            allocation.reset(config());
            do {
                allocation.incMessagesRead(1);
                pipeline().fireChannelRead(held.remove());
            } while (!held.isEmpty() && allocation.continueReading());
            allocation.readComplete();
            pipeline().fireChannelReadComplete();
        } catch (final RuntimeException thrown) {
            // The allocator is the program's.
            serverFailed(thrown);
            return;
        } finally {
            inReadLoop = false;
        }
        goOnAccepting();
    }

    private void clientLost(final Exception cause) {
        System.getLogger(AbstractIocpServerChannel.class.getPackageName())
                .log(Level.DEBUG, "A client was lost before it was accepted", cause);
        if (++lostInARow == MAX_LOST_IN_A_ROW) {
            lostInARow = 0;
            serverFailed(cause);
        } else {
            goOnAccepting();
        }
    }

    /** A resource is short, for example. The server tries again. */
    private void serverFailed(final Exception cause) {
        inReadLoop = true;
        try {
            pipeline().fireChannelReadComplete();
            pipeline().fireExceptionCaught(cause);
        } finally {
            inReadLoop = false;
        }
        if (readPending) {
            eventLoop().schedule(this::goOnAccepting, PAUSE_SECONDS, TimeUnit.SECONDS);
        }
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
