package io.github.iocp4j.netty;

import io.github.iocp4j.InlineCompletion;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A channel's place on its loop. It stays until the last completion of its operations has come, also when it was
 * cancelled before.
 */
final class Registration implements IoRegistration {
    private static final int KIND_BITS = 4;

    private final IocpIoHandler handler;
    private final IoHandle handle;
    /** The place in the loop's table, which no other registration has while this one is there. */
    private final int index;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    /** The operations whose completions have not come. Only the loop's thread uses it. */
    private int inFlight;
    /** Null, or what follows the last completion. */
    private Runnable whenIdle;

    Registration(final IocpIoHandler handler, final IoHandle handle, final int index) {
        this.handler = handler;
        this.handle = handle;
        this.index = index;
    }

    static int index(final long token) {
        return (int) (token >>> KIND_BITS);
    }

    static int kind(final long token) {
        return (int) token & (1 << KIND_BITS) - 1;
    }

    /** The token of an operation of this registration. */
    long token(final int kind) {
        return (long) index << KIND_BITS | kind;
    }

    IocpIoHandler handler() {
        return handler;
    }

    IoHandle handle() {
        return handle;
    }

    int index() {
        return index;
    }

    /** Counts the operation, unless it has completed inline; returns the same number. */
    long started(final long operation) {
        if (!InlineCompletion.is(operation)) {
            started();
        }
        return operation;
    }

    /** Counts an operation whose completion follows. */
    void started() {
        inFlight++;
    }

    /** One completion was handled. */
    void completed() {
        inFlight--;
        runIfIdle();
        removeIfDone();
    }

    /** Runs the action when no operation is in flight, on the loop. No operation starts afterwards. */
    void whenIdle(final Runnable action) {
        whenIdle = action;
        runIfIdle();
    }

    private void runIfIdle() {
        final Runnable action = whenIdle;
        if (inFlight == 0 && action != null) {
            whenIdle = null;
            action.run();
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T attachment() {
        return (T) this;
    }

    @Override
    public long submit(final IoOps ops) {
        throw new UnsupportedOperationException("Channels start their operations on their devices, not with " + ops);
    }

    @Override
    public boolean isValid() {
        return !cancelled.get();
    }

    @Override
    public boolean cancel() {
        if (!cancelled.compareAndSet(false, true)) {
            return false;
        }
        handler.onLoop(this::removeIfDone);
        return true;
    }

    private void removeIfDone() {
        if (inFlight == 0 && cancelled.get()) {
            handler.remove(this);
        }
    }
}
