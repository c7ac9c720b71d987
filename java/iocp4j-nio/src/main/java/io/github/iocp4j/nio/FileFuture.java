package io.github.iocp4j.nio;

import java.io.IOException;
import java.util.concurrent.FutureTask;

/**
 * The result of an operation of a file channel. It has no dependent actions, so that a worker may complete it.
 *
 * @param <V> the result
 */
final class FileFuture<V> extends FutureTask<V> {
    private final OverlappedFileChannel channel;
    /** 0 if there is nothing to cancel; written before the program gets the future. */
    private long operation;

    FileFuture(final OverlappedFileChannel channel) {
        super(() -> {
            throw new AssertionError("An operation completes the future, and no thread runs it");
        });
        this.channel = channel;
    }

    /** Does nothing: the operation completes the future. */
    @Override
    public void run() {
        // A program that casts the future may call it.
    }

    /**
     * Cancels the operation in Windows, too.
     *
     * @param mayInterruptIfRunning whether to close the channel
     */
    @Override
    public boolean cancel(final boolean mayInterruptIfRunning) {
        if (!super.cancel(false)) {
            return false;
        }
        if (mayInterruptIfRunning) {
            close();
        } else if (operation != 0) {
            channel.cancel(operation);
        }
        return true;
    }

    FileFuture<V> succeed(final V value) {
        set(value);
        return this;
    }

    FileFuture<V> fail(final Throwable failure) {
        setException(failure);
        return this;
    }

    void started(final long id) {
        operation = id;
    }

    private void close() {
        try {
            channel.close();
        } catch (final IOException impossible) {
            throw new AssertionError("The channels of this package close without an exception", impossible);
        }
    }
}
