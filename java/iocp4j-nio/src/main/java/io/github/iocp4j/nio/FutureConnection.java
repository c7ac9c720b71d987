package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.Device;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import java.io.IOException;
import java.time.Duration;

/** A connect or accept in flight; the result is a connection. */
final class FutureConnection<D extends StreamDevice> extends FutureOperation<D> {
    private final Class<D> type;
    /** Null for a connect. */
    private final Device server;
    private volatile D connection;

    private FutureConnection(final Class<D> type, final Device server) {
        this.type = type;
        this.server = server;
    }

    static <D extends StreamDevice> FutureConnection<D> accept(final Class<D> type, final Device server) {
        return new FutureConnection<>(type, server);
    }

    /**
     * Starts to connect.
     *
     * @param start the method of a builder that returns the connection before it is connected
     */
    static <D extends StreamDevice> FutureOperation<D> connect(final Class<D> type, final Connect<D> start) {
        final FutureConnection<D> future = new FutureConnection<>(type, null);
        return future.start(token -> {
            final D unconnected = start.with(token);
            future.connection = unconnected;
            try {
                Streams.checkPort(unconnected.port());
            } catch (final IllegalArgumentException otherPort) {
                unconnected.close(Streams.CLOSE_TIMEOUT);
                throw otherPort;
            }
            // Its abort does not need the operation's id.
            return 0;
        });
    }

    @Override
    void abort(final long id) {
        if (server == null) {
            connection.close(Duration.ZERO);
        } else {
            server.cancel(id);
        }
    }

    @Override
    boolean read(final Completion completion) {
        final DetachedDevice<?> detached = completion.detached();
        if (detached != null) {
            detached.close();
            return false;
        }
        final boolean succeeded = completion.status() == Win32Error.SUCCESS;
        // A connect may have failed before the call that starts it has returned the device, which discard() closes.
        if (succeeded || server == null) {
            connection = type.cast(completion.device());
        }
        return succeeded;
    }

    @Override
    D result() {
        return connection;
    }

    @Override
    boolean undo() {
        connection.close(Streams.CLOSE_TIMEOUT);
        return true;
    }

    /** Closes the device that could not be connected, so that its handle is closed when the future is done. */
    @Override
    void discard() {
        if (connection != null) {
            connection.close(Streams.CLOSE_TIMEOUT);
        }
    }

    /** The method of a builder that starts to connect. */
    @FunctionalInterface
    interface Connect<D> {
        /**
         * Starts to connect.
         *
         * @return the connection, not yet connected
         */
        D with(long token) throws IOException;
    }
}
