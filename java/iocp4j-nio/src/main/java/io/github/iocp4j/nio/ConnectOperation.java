package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AsynchronousCloseException;

/** A connect. If it fails, the channel is closed, as the specification says; a cancel only ends its directions. */
final class ConnectOperation extends ChannelOperation<Void> {
    private final StreamChannel channel;
    private final SocketAddress remote;

    ConnectOperation(final StreamChannel channel, final SocketAddress remote, final Result<Void> result) {
        super(result);
        this.channel = channel;
        this.remote = remote;
    }

    @Override
    StreamChannel channel() {
        return channel;
    }

    @Override
    StreamDevice device() {
        return channel.device();
    }

    @Override
    void completed(final Completion completion) {
        final Throwable failure = finish(completion);
        if (failure == null) {
            result().succeed(null);
        } else {
            if (!isCancelled()) {
                channel.close();
            }
            result().fail(failure);
        }
    }

    @Override
    void cancelled() {
        channel.connectCancelled();
    }

    /** Returns why the channel is not connected, or null. */
    private Throwable finish(final Completion completion) {
        final int status = completion.status();
        if (!channel.isOpen() || status == Win32Error.HANDLES_CLOSED) {
            return new AsynchronousCloseException();
        }
        if (status != Win32Error.SUCCESS) {
            return channel.notConnected(status, remote);
        }
        try {
            // It may come before the call that has started it has returned.
            channel.connection().adopt((StreamDevice) completion.device());
            channel.connection().connected(remote);
            return null;
        } catch (final IOException | IllegalStateException closed) {
            return closed instanceof AsynchronousCloseException ? (IOException) closed
                    : ChannelFailures.ofCall(closed, channel);
        } catch (final RuntimeException | Error unexpected) {
            return unexpected;
        }
    }
}
