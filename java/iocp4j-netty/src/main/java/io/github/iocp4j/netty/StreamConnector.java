package io.github.iocp4j.netty;

import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The connect of a channel: its promise and its timeout. */
final class StreamConnector {
    private final AbstractIocpStreamChannel channel;
    /** Null unless a connect is in flight, and after it was cancelled or has timed out. */
    private ChannelPromise promise;
    private Future<?> timeout;
    private SocketAddress remote;

    StreamConnector(final AbstractIocpStreamChannel channel) {
        this.channel = channel;
    }

    /** Starts a connect. */
    void connect(final SocketAddress to, final SocketAddress local, final ChannelPromise connected) throws Exception {
        if (!channel.canStart()) {
            throw new ClosedChannelException();
        }
        checkNotConnecting();
        if (channel.isActive()) {
            throw new AlreadyConnectedException();
        }
        remote = channel.startConnect(to, local);
        promise = connected;
        final int milliseconds = channel.config().getConnectTimeoutMillis();
        if (milliseconds > 0) {
            timeout = channel.eventLoop().schedule(this::timedOut, milliseconds, TimeUnit.MILLISECONDS);
        }
        connected.addListener(done -> {
            if (done.isCancelled()) {
                close();
            }
        });
    }

    void checkNotConnecting() {
        if (promise != null) {
            throw new ConnectionPendingException();
        }
    }

    /** The connect in flight has completed. */
    void completed(final CompletionEvent event) {
        if (channel.isClosing()) {
            return;
        }
        final ChannelPromise connected = promise;
        promise = null;
        cancelTimeout();
        if (connected == null) {
            return;
        }
        try {
            if (!event.isSuccess()) {
                throw Failures.ofConnect(event.error());
            }
            channel.activate(channel.localOfConnected(remote), remote);
        } catch (final IOException | IllegalStateException failure) {
            // The latter when closeForcibly has closed the socket.
            connected.tryFailure(channel.iocpUnsafe().annotated(failure, remote));
            close();
            return;
        }
        final boolean wanted = connected.trySuccess();
        channel.pipeline().fireChannelActive();
        if (wanted) {
            channel.connected();
        } else {
            close();
        }
    }

    /** The channel is being closed. */
    void closeBegins() {
        final ChannelPromise connected = promise;
        promise = null;
        if (connected != null) {
            connected.tryFailure(new ClosedChannelException());
        }
        cancelTimeout();
    }

    private void timedOut() {
        if (promise != null && promise.tryFailure(
                new ConnectTimeoutException("connection timed out: " + remote))) {
            close();
        }
    }

    private void cancelTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
    }

    private void close() {
        channel.iocpUnsafe().close(channel.voidPromise());
    }
}
