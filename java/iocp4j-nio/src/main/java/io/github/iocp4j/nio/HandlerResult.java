package io.github.iocp4j.nio;

import java.nio.channels.CompletionHandler;
import java.util.Objects;

/** Calls a handler on a thread of its group. */
final class HandlerResult<V, A> implements Result<V>, Runnable {
    private final ChannelGroup group;
    private final CompletionHandler<V, ? super A> handler;
    private final A attachment;
    private V value;
    private Throwable failure;

    HandlerResult(final ChannelGroup group, final CompletionHandler<V, ? super A> handler, final A attachment) {
        this.group = group;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.attachment = attachment;
    }

    @Override
    public void of(final ChannelOperation<V> operation) {
        // A handler cannot cancel.
    }

    @Override
    public boolean succeed(final V outcome) {
        value = outcome;
        group.dispatch(this);
        return true;
    }

    @Override
    public void fail(final Throwable outcome) {
        failure = outcome;
        group.dispatch(this);
    }

    /** Fails without a call of the handler on the stack of the caller. */
    void failLater(final Throwable outcome) {
        failure = outcome;
        group.execute(this);
    }

    /** Runs on a thread of an executor. */
    @Override
    public void run() {
        HandlerThread.run(group, this);
    }

    void call() {
        if (failure == null) {
            handler.completed(value, attachment);
        } else {
            handler.failed(failure, attachment);
        }
    }
}
