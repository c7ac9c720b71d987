package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import io.github.iocp4j.OperationLimitException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ShutdownChannelGroupException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.security.AccessControlContext;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

/** A channel over a server that accepts on demand: what sockets and pipes have in common. */
abstract class ServerChannel extends AsynchronousServerSocketChannel {
    private final ChannelGroup group;
    private final long token;
    private final AtomicReference<AcceptOperation> accepting = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();

    // Changed with the lock only.
    private volatile Device server;
    private volatile SocketAddress local;
    private volatile boolean closed;
    private volatile boolean cancelled;

    ServerChannel(final AsynchronousChannelProvider provider, final ChannelGroup group) {
        super(provider);
        this.group = group;
        token = group.newToken();
    }

    /** Adds the channel to its group, which may close it from then on. Called once the object is complete. */
    final void join() {
        try {
            group.add(this);
        } catch (final ShutdownChannelGroupException refused) {
            closeUnbound();
            throw refused;
        }
    }

    /** Opens the server; called once at a time, while the channel is open. */
    abstract Device open(SocketAddress address, int backlog) throws IOException;

    /** The address of the open server. */
    abstract SocketAddress localAddress(Device open);

    /** Starts an accept on the open server. */
    abstract long accept(Device open, long with);

    /**
     * Makes the channel of a new connection.
     *
     * @param caller the permissions of the thread that has started the accept; null without a security manager
     * @throws SecurityException when the caller may not accept a connection from that peer
     */
    abstract StreamChannel newChannel(Device connection, AccessControlContext caller) throws IOException;

    /** Closes what the channel has while it is not bound. */
    abstract void closeUnbound();

    /** Makes the channel of a new connection; closes the connection if that fails. */
    final StreamChannel channelOf(final Device connection, final AccessControlContext caller) throws IOException {
        StreamChannel channel = null;
        try {
            channel = newChannel(connection, caller);
            return channel;
        } finally {
            if (channel == null) {
                connection.close(Duration.ZERO);
            }
        }
    }

    final ChannelGroup group() {
        return group;
    }

    final Device server() {
        return server;
    }

    /** No accept is possible after one was cancelled, because a connection may have been lost with it. */
    final void kill() {
        cancelled = true;
    }

    /** Allows the next accept. Called before the program can see the result of this one. */
    final void endAccept() {
        accepting.set(null);
    }

    final void accepted(final Completion completion) {
        final AcceptOperation operation = accepting.get();
        if (operation != null) {
            operation.completed(completion);
        }
    }

    @Override
    public final boolean isOpen() {
        return !closed;
    }

    @Override
    public final SocketAddress getLocalAddress() throws IOException {
        checkOpen();
        return CallerPermissions.revealed(local);
    }

    @Override
    public final AsynchronousServerSocketChannel bind(final SocketAddress address, final int backlog)
            throws IOException {
        lock.lock();
        try {
            checkOpen();
            if (local != null) {
                throw new AlreadyBoundException();
            }
            group.addServer(token, this);
            final Device opened = open(address, backlog);
            server = opened;
            local = localAddress(opened);
            return this;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public final <A> void accept(
            final A attachment, final CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        final HandlerResult<AsynchronousSocketChannel, A> result = new HandlerResult<>(group, handler, attachment);
        if (closed) {
            result.failLater(new ClosedChannelException());
        } else {
            start(new AcceptOperation(this, result));
        }
    }

    @Override
    public final Future<AsynchronousSocketChannel> accept() {
        final FutureResult<AsynchronousSocketChannel> result = new FutureResult<>();
        if (closed) {
            result.fail(new ClosedChannelException());
        } else {
            start(new AcceptOperation(this, result));
        }
        return result;
    }

    /** Closes the server, and ends its accept. Accepted connections stay open. */
    @Override
    public final void close() {
        final Device open;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = server;
        } finally {
            lock.unlock();
        }
        if (open == null) {
            closeUnbound();
            ended();
        } else {
            open.closeAsync().thenRun(this::ended);
            ChannelGroup.awaitEnd(open);
        }
    }

    @Override
    public final String toString() {
        return "AsynchronousServerSocketChannel["
                + (local == null ? "unbound" : CallerPermissions.revealedToAll(local)) + (closed ? ", closed]" : "]");
    }

    /** Starts the accept, or starts it again because its client has gone. */
    final void submit(final AcceptOperation operation) {
        final long start = operation.starting();
        try {
            operation.started(start, accept(server, token));
        } catch (final OperationLimitException lacking) {
            operation.failLater(new IOException(lacking.getMessage(), lacking));
        } catch (final IllegalStateException refused) {
            operation.failLater(ChannelFailures.ofRefusal(refused, this));
        }
    }

    private void start(final AcceptOperation operation) {
        if (local == null) {
            throw new NotYetBoundException();
        }
        if (cancelled) {
            throw new IllegalStateException(
                    "Accepting is not possible after a cancel of an earlier accept: close the channel");
        }
        if (!accepting.compareAndSet(null, operation)) {
            throw new AcceptPendingException();
        }
        submit(operation);
    }

    private void ended() {
        group.removeServer(token);
        group.remove(this);
    }

    private void checkOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }
}
