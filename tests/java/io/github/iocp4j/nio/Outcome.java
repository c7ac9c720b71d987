package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.CompletionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** A handler that a test waits for. It fails the test when it is called twice. */
final class Outcome<V> implements CompletionHandler<V, Object> {
    private final CompletableFuture<V> outcome = new CompletableFuture<>();
    private volatile Thread thread;
    private volatile Object attachment;
    private volatile boolean calledTwice;

    @Override
    public void completed(final V value, final Object with) {
        called(with);
        calledTwice |= !outcome.complete(value);
    }

    @Override
    public void failed(final Throwable failure, final Object with) {
        called(with);
        calledTwice |= !outcome.completeExceptionally(failure);
    }

    boolean isDone() {
        return outcome.isDone();
    }

    boolean isCalledOnce() {
        return outcome.isDone() && !calledTwice;
    }

    V get() throws Exception {
        final V value = outcome.get();
        assertThat(calledTwice).as("called twice").isFalse();
        return value;
    }

    Throwable failure() throws Exception {
        return failureOf(outcome);
    }

    Thread thread() {
        return thread;
    }

    Object attachment() {
        return attachment;
    }

    /** What a future has failed with. */
    static Throwable failureOf(final Future<?> future) throws InterruptedException {
        try {
            throw new AssertionError("It has succeeded with " + future.get());
        } catch (final ExecutionException thrown) {
            return thrown.getCause();
        }
    }

    private void called(final Object with) {
        thread = Thread.currentThread();
        attachment = with;
    }
}
