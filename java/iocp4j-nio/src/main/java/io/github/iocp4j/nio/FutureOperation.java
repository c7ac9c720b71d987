package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * One operation in flight, as a future. Each method that would complete the future early cancels the operation instead;
 * the future is done when the completion has come, so that the kernel no longer uses the buffer then.
 *
 * @param <T> the result
 */
abstract class FutureOperation<T> extends CompletableFuture<T> implements Runnable {
    /** Far from what programs choose, and above the tokens of {@link StreamListener}. */
    private static final long FIRST_TOKEN = 0x4e49_4f80_0000_0000L;
    private static final AtomicLong NEXT_TOKEN = new AtomicLong(FIRST_TOKEN);
    /** By token: a connect does not know its device before its completion may come. */
    private static final Map<Long, FutureOperation<?>> IN_FLIGHT = new ConcurrentHashMap<>();
    /** In the place of an early end when the operation has ended: from then on, a cancel is too late. */
    private static final Runnable TOO_LATE = () -> { };
    private static final VarHandle EARLY_END;

    static {
        try {
            EARLY_END = MethodHandles.lookup().findVarHandle(FutureOperation.class, "earlyEnd", Runnable.class);
        } catch (final ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** The id of the operation; written before the program gets the future. */
    private long operation;
    /** Completes the future as the program has asked, if the cancel was in time; set once. */
    private volatile Runnable earlyEnd;

    // Written on the worker, before this object is handed over to the thread that completes the future.
    private boolean succeeded;
    private int status;
    private Win32Exception failure;

    /** The method of a device that starts the operation. */
    @FunctionalInterface
    interface Start {
        /**
         * Starts the operation.
         *
         * @return the operation's id, or an inline completion
         */
        long with(long token) throws IOException;
    }

    /** Returns the operation with that token, which has completed; null if the token is not that of a future. */
    static FutureOperation<?> take(final long token) {
        return token < FIRST_TOKEN ? null : IN_FLIGHT.remove(token);
    }

    /**
     * Starts the operation. Misuse is thrown; what depends on the state of device and port completes the future.
     *
     * @return this
     */
    final FutureOperation<T> start(final Start start) {
        final long token = NEXT_TOKEN.getAndIncrement();
        IN_FLIGHT.put(token, this);
        boolean accepted = false;
        try {
            final long started = start.with(token);
            accepted = !InlineCompletion.is(started);
            if (accepted) {
                operation = started;
            } else {
                completedInline(InlineCompletion.bytes(started));
            }
        } catch (final IOException | IllegalStateException refusal) {
            super.completeExceptionally(refused(refusal));
        } finally {
            if (!accepted) {
                IN_FLIGHT.remove(token);
            }
        }
        return this;
    }

    /** Takes the completion, on a worker. */
    final void completed(final Completion completion) {
        succeeded = read(completion);
        if (!succeeded) {
            status = completion.status();
            failure = completion.error();
        }
        CallbackThreads.POOL.execute(this);
    }

    /** Completes the future. */
    @Override
    public final void run() {
        final Runnable early = (Runnable) EARLY_END.compareAndExchange(this, null, TOO_LATE);
        if (succeeded) {
            if (early != null && undo()) {
                early.run();
            } else {
                super.complete(result());
            }
            return;
        }
        discard();
        if (early != null && (status == Win32Error.OPERATION_ABORTED || status == Win32Error.HANDLES_CLOSED)) {
            early.run();
        } else if (status == Win32Error.OPERATION_ABORTED) {
            // The program has cancelled the operations of the device.
            super.cancel(false);
        } else {
            super.completeExceptionally(translated(status, failure));
        }
    }

    /**
     * Cancels the operation. The future is done when the kernel has ended it.
     *
     * @return whether this call, or an earlier one, has cancelled the operation; it may nevertheless succeed
     */
    @Override
    public final boolean cancel(final boolean mayInterruptIfRunning) {
        return endEarly(() -> super.cancel(false)) || isCancelled();
    }

    @Override
    public final boolean complete(final T value) {
        return endEarly(() -> super.complete(value));
    }

    @Override
    public final boolean completeExceptionally(final Throwable cause) {
        return endEarly(() -> super.completeExceptionally(cause));
    }

    /** Not supported: the future would be done while the kernel uses the buffer. */
    @Override
    public final CompletableFuture<T> completeAsync(final Supplier<? extends T> supplier, final Executor executor) {
        throw new UnsupportedOperationException("The operation completes this future: use cancel or complete");
    }

    /** Not supported: the future would be done while the kernel uses the buffer. */
    @Override
    public final void obtrudeValue(final T value) {
        throw new UnsupportedOperationException("The operation completes this future: use cancel or complete");
    }

    /** Not supported: the future would be done while the kernel uses the buffer. */
    @Override
    public final void obtrudeException(final Throwable cause) {
        throw new UnsupportedOperationException("The operation completes this future: use cancel or complete");
    }

    /** Futures of dependent stages have no operation. */
    @Override
    public final <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    /** Ends the operation, if it is still in flight. */
    abstract void abort(long id);

    /**
     * Reads the result, on a worker.
     *
     * @return whether the operation has succeeded
     */
    abstract boolean read(Completion completion);

    /** Takes an inline completion, on the thread that has started the operation. Only transfers complete inline. */
    void completedInline(final int bytes) {
        throw new AssertionError(bytes);
    }

    /** The result of an operation that has succeeded. */
    abstract T result();

    /**
     * Undoes an operation that has succeeded although it was cancelled, because the program may ignore the result.
     *
     * @return false if it cannot be undone: the future gets the result
     */
    abstract boolean undo();

    /** Releases what an operation that has failed leaves. */
    void discard() {
    }

    /** Completes the future inline. */
    final void succeed(final T value) {
        super.complete(value);
    }

    private boolean endEarly(final Runnable how) {
        if (isDone() || !EARLY_END.compareAndSet(this, null, how)) {
            return false;
        }
        abort(operation);
        return true;
    }

    private static Throwable refused(final Exception refusal) {
        return refusal instanceof DeviceClosedException || refusal instanceof PortClosedException
                ? new ClosedChannelException().initCause(refusal) : refusal;
    }

    private static Throwable translated(final int status, final Win32Exception failure) {
        switch (status) {
            case Win32Error.SUCCESS:
                return new UnsupportedOperationException("The server makes detached connections, which belong to no"
                        + " port: only a listener can take them, and this one was closed");
            case Win32Error.TIMEOUT:
                return new TimeoutException(failure.getMessage()).initCause(failure);
            case Win32Error.HANDLES_CLOSED:
                return new AsynchronousCloseException().initCause(failure);
            default:
                return failure;
        }
    }
}
