package io.github.iocp4j.netty;

import io.github.iocp4j.InlineCompletion;
import io.netty.channel.IoHandle;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A handle's place on its loop. The place of a channel stays until the last completion of its operations has come, also
 * when it was cancelled before. If the channel is registered again meanwhile, it gets the same one, so that a close
 * knows of these operations.
 *
 * <p>A token has, from its high bits on: a mark, the number of the registration (23 bits), the place (24 bits), and the
 * kind of the operation (16 bits). So a completion that comes too late finds no other registration at its place.
 */
class Registration implements IoRegistration {
    static final int MAX_KIND = 0xffff;
    private static final int INDEX_SHIFT = 16;
    private static final int MAX_INDEX = 0xff_ffff;
    private static final int NUMBER_SHIFT = 40;
    private static final long MARK = Long.MIN_VALUE;
    /** Each connection has a registration, so that an object of its own for the flag would count. */
    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED = MethodHandles.lookup().findVarHandle(Registration.class, "cancelled", boolean.class);
        } catch (final ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final IocpIoHandler handler;
    private final IoHandle handle;
    /** The token of kind 0. */
    private final long token;
    private volatile boolean cancelled;
    /** The operations whose completions have not come. Only the loop's thread uses it. */
    private int inFlight;
    /** The closes of its devices that have begun and not ended. Only the loop's thread uses it. */
    private int closes;
    /** Whether it was cancelled while something was in flight, so that the loop must not be suspended. */
    private boolean isGuarded;
    /** Null, or what follows the last completion. */
    private Runnable whenIdle;

    Registration(final IocpIoHandler handler, final IoHandle handle, final int index, final long number) {
        if (index > MAX_INDEX) {
            throw new IllegalStateException("The loop has " + index + " handles already");
        }
        this.handler = handler;
        this.handle = handle;
        token = MARK | number << NUMBER_SHIFT | (long) index << INDEX_SHIFT;
    }

    static int index(final long token) {
        return (int) (token >>> INDEX_SHIFT) & MAX_INDEX;
    }

    static int kind(final long token) {
        return (int) token & MAX_KIND;
    }

    /** Whether this registration has made the token. */
    final boolean isOf(final long completed) {
        return (completed & ~(long) MAX_KIND) == token;
    }

    /** The token of an operation of this registration. */
    long token(final int kind) {
        return token | kind;
    }

    final IocpIoHandler handler() {
        return handler;
    }

    final IoHandle handle() {
        return handle;
    }

    /** The place in the loop's table, which no other registration has while this one is there. */
    final int index() {
        return index(token);
    }

    /** Counts the operation, unless it has completed inline; returns the same number. */
    final long started(final long operation) {
        if (!InlineCompletion.is(operation)) {
            started();
        }
        return operation;
    }

    /** Counts an operation whose completion follows. */
    final void started() {
        inFlight++;
    }

    /** One completion was handled. */
    void completed() {
        inFlight--;
        runIfIdle();
        settle();
    }

    /** The close of a device begins. */
    final void closeBegins() {
        closes++;
        settle();
    }

    /** The close of a device has ended. */
    final void closeEnds() {
        closes--;
        settle();
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
    public final <T> T attachment() {
        return (T) this;
    }

    @Override
    public final long submit(final IoOps ops) {
        throw new UnsupportedOperationException("Operations are started on devices, not with " + ops);
    }

    @Override
    public final boolean isValid() {
        return !cancelled;
    }

    @Override
    public final boolean cancel() {
        if (!CANCELLED.compareAndSet(this, false, true)) {
            return false;
        }
        handler.onLoop(this::cancelled);
        return true;
    }

    /** The loop's thread: there was a cancel. */
    void cancelled() {
        settle();
    }

    /** The loop's thread: takes the cancel back, because the same channel is registered again. */
    final void renew() {
        cancelled = false;
        if (isGuarded) {
            isGuarded = false;
            handler.suspension().release();
        }
    }

    /** The loop's thread: whether no completion can come any more. */
    boolean isIdle() {
        return inFlight == 0 && closes == 0;
    }

    /** The loop's thread: after a cancel, leaves the loop's table when nothing is in flight any more. */
    final void settle() {
        if (isValid()) {
            return;
        }
        final boolean idle = isIdle();
        if (idle == isGuarded) {
            isGuarded = !idle;
            if (idle) {
                handler.suspension().release();
            } else {
                handler.suspension().hold();
            }
        }
        if (idle) {
            handler.remove(this);
        }
    }
}
