package io.github.iocp4j.nio;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** A future whose cancel cancels the operation. */
final class FutureResult<V> extends CompletableFuture<V> implements Result<V> {
    private volatile ChannelOperation<V> operation;

    @Override
    public void of(final ChannelOperation<V> started) {
        operation = started;
    }

    @Override
    public boolean succeed(final V value) {
        // A cancel that comes before the result must find the operation.
        final boolean completed = complete(value);
        operation = null;
        return completed;
    }

    @Override
    public void fail(final Throwable failure) {
        completeExceptionally(failure);
        operation = null;
    }

    /**
     * Cancels the operation. The future is done at once; Windows may need longer.
     *
     * @param mayInterruptIfRunning whether to close the channel
     */
    @Override
    public boolean cancel(final boolean mayInterruptIfRunning) {
        final ChannelOperation<V> cancelled = operation;
        if (!completeExceptionally(new CancellationException())) {
            return false;
        }
        if (cancelled != null) {
            cancelled.cancel(mayInterruptIfRunning);
        }
        return true;
    }
}
