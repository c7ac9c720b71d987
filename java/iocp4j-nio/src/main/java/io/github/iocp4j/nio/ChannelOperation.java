package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.Channel;

/** One operation of a channel, from its start to its result. It may be cancelled before Windows has given it an id. */
abstract class ChannelOperation<V> {
    private static final VarHandle ID;

    static {
        try {
            ID = MethodHandles.lookup().findVarHandle(ChannelOperation.class, "id", long.class);
        } catch (final ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Result<V> result;
    /** The id of the native operation; negative while it is being started, see {@link #starting}. */
    private volatile long id;
    private volatile boolean cancelled;
    private short starts;

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

    /**
     * A native operation is about to start. It may complete before its starter has noted its id, and its completion may
     * start the next one; therefore each start has a number.
     *
     * @return a number for {@link #started}
     */
    final long starting() {
        starts++;
        final long number = Short.MIN_VALUE - 1 + starts;
        id = number;
        return number;
    }

    /** The native operation is in flight, and may have completed. */
    final void started(final long start, final long operation) {
        ID.compareAndSet(this, start, operation);
        // A cancel that has not seen the id has set this before.
        if (cancelled) {
            device().cancel(operation);
        }
    }

    /** Called when the future has been cancelled, by any thread. */
    final void cancel(final boolean close) {
        cancelled = true;
        cancelled();
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
