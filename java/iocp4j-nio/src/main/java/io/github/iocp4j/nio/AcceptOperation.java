package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.security.AccessControlContext;

/** An accept of a server's channel. */
final class AcceptOperation extends ChannelOperation<AsynchronousSocketChannel> {
    private final ServerChannel server;
    private final AccessControlContext caller = CallerPermissions.context();

    AcceptOperation(final ServerChannel server, final Result<AsynchronousSocketChannel> result) {
        super(result);
        this.server = server;
    }

    @Override
    ServerChannel channel() {
        return server;
    }

    @Override
    Device device() {
        return server.server();
    }

    @Override
    void completed(final Completion completion) {
        final int status = completion.status();
        if (status == Win32Error.SUCCESS) {
            accepted(completion.device());
        } else if (hasLostItsClient(status) && server.isOpen() && !isCancelled()) {
            server.submit(this);
        } else {
            server.endAccept();
            result().fail(ChannelFailures.of(status, "Accept", server));
        }
    }

    @Override
    void cancelled() {
        server.kill();
    }

    /** Fails, but not on the stack of the caller. */
    void failLater(final IOException failure) {
        server.endAccept();
        if (result() instanceof HandlerResult) {
            ((HandlerResult<?, ?>) result()).failLater(failure);
        } else {
            result().fail(failure);
        }
    }

    private void accepted(final Device connection) {
        final StreamChannel channel;
        try {
            channel = server.channelOf(connection, caller);
        } catch (final ShutdownChannelGroupException shutdown) {
            server.endAccept();
            result().fail(new IOException("The group of the server is shut down", shutdown));
            return;
        } catch (final IOException | IllegalStateException gone) {
            server.submit(this);
            return;
        } catch (final RuntimeException | Error unexpected) {
            server.endAccept();
            result().fail(unexpected);
            return;
        }
        server.endAccept();
        if (!server.isOpen()) {
            channel.close();
            result().fail(new AsynchronousCloseException());
        } else if (!result().succeed(channel)) {
            channel.close();
        }
    }

    private static boolean hasLostItsClient(final int status) {
        return status == Win32Error.WSAECONNRESET || status == Win32Error.WSAECONNABORTED
                || status == Win32Error.WSAENOTCONN || status == Win32Error.NETNAME_DELETED;
    }
}
