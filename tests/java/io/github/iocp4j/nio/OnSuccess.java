package io.github.iocp4j.nio;

import java.nio.channels.CompletionHandler;
import java.util.function.Consumer;

/** A handler for an operation that succeeds. */
final class OnSuccess<V> implements CompletionHandler<V, Object> {
    private final Consumer<V> action;

    OnSuccess(final Consumer<V> action) {
        this.action = action;
    }

    @Override
    public void completed(final V result, final Object attachment) {
        action.accept(result);
    }

    @Override
    public void failed(final Throwable failure, final Object attachment) {
        throw new AssertionError(failure);
    }
}
