package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import java.io.IOException;
import java.nio.channels.Channel;

/** One operation of a channel, from its start to its result. It may be cancelled before Windows has given it an id. */
abstract class ChannelOperation<V> {
    private final Result<V> result;
    private volatile long id;
    private volatile boolean cancelled;

    ChannelOperation(final Result<V> result) {
        this.result = result;
        result.of(this);
    }

    abstract Channel channel();

    /** The device of the operation, which does not change once the operation is in flight. */
    abstract Device device();

    /** Takes the completion of the native operation, in a poll. */
    abstract void completed(Completion completion);

    /** Stops the channel from starting such an operation again. */
    abstract void cancelled();

    final Result<V> result() {
        return result;
    }

    final boolean isCancelled() {
        return cancelled;
    }

    /** The native operation is in flight, and may have completed. */
    final void started(final long operation) {
        id = operation;
        // A cancel that has not seen the id has set this before.
        if (cancelled) {
            device().cancel(operation);
        }
    }

    /** Called when the future has been cancelled, by any thread. */
    final void cancel(final boolean close) {
        cancelled();
        cancelled = true;
        final long known = id;
        if (close) {
            closeChannel();
        } else if (known > 0) {
            device().cancel(known);
        }
    }

    final void closeChannel() {
        try {
            channel().close();
        } catch (final IOException impossible) {
            throw new AssertionError("The channels of this package close without an exception", impossible);
        }
    }
}
