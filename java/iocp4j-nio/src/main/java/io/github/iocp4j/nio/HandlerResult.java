package io.github.iocp4j.nio;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.CompletionHandler;
import java.util.Objects;

/** Calls a handler on a thread of its group. */
final class HandlerResult<V, A> implements Result<V>, HandlerCall {
    private static final VarHandle HANDLER;

    static {
        try {
            HANDLER = MethodHandles.lookup().findVarHandle(HandlerResult.class, "handler", CompletionHandler.class);
        } catch (final ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final ChannelGroup group;
    /** Null once it has been called, or is about to be. */
    private CompletionHandler<V, ? super A> handler;
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
        group.enqueue(this);
    }

    /** Runs on a thread of an executor. */
    @Override
    public void run() {
        HandlerThread.run(group, this);
    }

    /** Calls the handler, unless another call has done so: an executor may queue a task and throw all the same. */
    @Override
    public void call() {
        @SuppressWarnings("unchecked")
        final CompletionHandler<V, ? super A> called = (CompletionHandler<V, ? super A>) HANDLER.getAndSet(this, null);
        if (called == null) {
            return;
        }
        if (failure == null) {
            called.completed(value, attachment);
        } else {
            called.failed(failure, attachment);
        }
    }
}
