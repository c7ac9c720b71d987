package io.github.iocp4j.nio;

import io.github.iocp4j.StreamDevice;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** The life of a channel: its device, whether it is bound, connected or closed, and its two addresses. */
final class ChannelConnection {
    private final StreamChannel channel;
    private final ChannelGroup group;
    private final ReentrantLock lock = new ReentrantLock();

    // Changed with the lock only.
    private volatile StreamDevice device;
    private volatile SocketAddress local;
    private volatile SocketAddress remote;
    private volatile ConnectOperation connecting;
    private volatile boolean connected;
    private volatile boolean closed;

    ChannelConnection(final StreamChannel channel, final ChannelGroup group) {
        this.channel = channel;
        this.group = group;
    }

    ChannelGroup group() {
        return group;
    }

    StreamDevice device() {
        return device;
    }

    ConnectOperation connecting() {
        return connecting;
    }

    boolean isOpen() {
        return !closed;
    }

    boolean isConnected() {
        return connected;
    }

    SocketAddress local() throws ClosedChannelException {
        checkOpen();
        return CallerPermissions.revealed(local);
    }

    SocketAddress remote() throws ClosedChannelException {
        checkOpen();
        return remote;
    }

    /** Sets the device, once; closes it if the channel is closed already. */
    void adopt(final StreamDevice opened) {
        final boolean late;
        lock.lock();
        try {
            device = opened;
            late = closed;
        } finally {
            lock.unlock();
        }
        if (late) {
            opened.close(Duration.ZERO);
        }
    }

    /** Takes over a connection that a server has accepted. If this fails, the channel is closed. */
    void accepted(final StreamDevice connection, final SocketAddress peer) throws IOException {
        try {
            connection.attach(channel);
            adopt(connection);
            connected(peer);
        } catch (final IOException | RuntimeException gone) {
            close();
            throw gone;
        }
    }

    /** Binds the device, while no other thread connects or binds. */
    void bind(final Bind bind) throws IOException {
        lock.lock();
        try {
            checkOpen();
            if (connecting != null) {
                throw new ConnectionPendingException();
            }
            if (local != null) {
                throw new AlreadyBoundException();
            }
            local = bind.call();
        } finally {
            lock.unlock();
        }
    }

    void connect(final SocketAddress address, final Result<Void> result) {
        if (closed) {
            result.fail(new ClosedChannelException());
            return;
        }
        final SocketAddress checked = channel.checked(address);
        final ConnectOperation connect = new ConnectOperation(channel, checked, result);
        lock.lock();
        try {
            if (connected) {
                throw new AlreadyConnectedException();
            }
            if (connecting != null) {
                throw new ConnectionPendingException();
            }
            connecting = connect;
        } finally {
            lock.unlock();
        }
        try {
            channel.connectTo(checked);
        } catch (final IllegalStateException refused) {
            final IOException failure = ChannelFailures.ofCall(refused, channel);
            close();
            result.fail(failure);
        }
    }

    /** Called when the device is connected, by this end or by a server. */
    void connected(final SocketAddress peer) throws IOException {
        channel.prepare();
        final SocketAddress own = channel.localOfConnected(peer);
        lock.lock();
        try {
            if (closed) {
                throw new AsynchronousCloseException();
            }
            local = own;
            remote = peer;
            connected = true;
            connecting = null;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        final StreamDevice open;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            open = device;
        } finally {
            lock.unlock();
        }
        if (open == null) {
            group.remove(channel);
        } else {
            open.closeAsync().thenRun(() -> group.remove(channel));
        }
    }

    String describe() {
        final String state = closed ? "closed" : connected ? "connected" : connecting != null ? "connecting"
                : "not connected";
        return "AsynchronousSocketChannel[" + state + (local == null ? "" : ", local "
                + CallerPermissions.revealedToAll(local)) + (remote == null ? "" : ", remote " + remote) + ']';
    }

    private void checkOpen() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    /** Binds a device and returns its address. */
    interface Bind {
        SocketAddress call() throws IOException;
    }
}
