package io.github.iocp4j;

import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PollerNative;

/**
 * Dequeues the completions of a port without workers ({@link CompletionPort.Builder#polled}). The thread that calls
 * {@link #poll(int)} also calls the port's listener. Therefore an event loop can start operations, poll, run its tasks
 * and close on one thread; other threads wake it with {@link CompletionPort#wakeUp}.
 *
 * <pre>{@code
 * while (running) {
 *     poller.poll(millisecondsToNextTimer());
 *     runTasks();
 * }
 * }</pre>
 *
 * <p>Several threads may poll one port, each with its own poller. Windows distributes the packets among them, and
 * releases no more threads than the port's concurrency value. Only one thread at a time may use a poller, but not
 * always the same one. A poll by a platform thread allocates nothing on the Java heap. Exceptions of the listener go to
 * the port's exception handler.
 *
 * <p>A virtual thread parks in a poll and does not pin its carrier, because a platform thread waits for it. The
 * listener runs on the virtual thread and may also park. The port's concurrency value does not count the carrier, and
 * the number of operations in a row that {@linkplain Device#completeInline complete inline} in the listener has no
 * limit. After the listener, the virtual thread is pinned while it closes the handles of devices that have ended. An
 * interrupt does not end a poll; {@link CompletionPort#wakeUp} does.
 *
 * <p>While no thread polls, a polled port makes no progress: it delivers no completion, its devices do not finish
 * closing, and a pipe server creates no instance in place of one that a client has taken.
 */
public final class CompletionPoller implements AutoCloseable {
    private static final int FOR_EVER = -1;

    private final long key;
    private final CompletionDispatcher dispatcher;
    private final CompletionBatch batch;
    /** The thread that runs the listener in this poller. */
    private volatile Thread delivering;

    CompletionPoller(final long key, final CompletionDispatcher dispatcher, final CompletionBatch batch) {
        this.key = key;
        this.dispatcher = dispatcher;
        this.batch = batch;
    }

    /**
     * Waits for at least one completion, then calls the listener for all queued completions, up to the port's
     * {@linkplain CompletionPort.Builder#batch batch ceiling} ({@code GetQueuedCompletionStatusEx}). The poll returns
     * without a call of the listener after the timeout, after {@link CompletionPort#wakeUp}, and at the end of the
     * port, when its last completion is delivered.
     *
     * @param timeoutMillis how long to wait, in milliseconds; 0 does not wait
     * @return the number of completions delivered
     * @throws IllegalArgumentException when the timeout is negative
     * @throws IllegalStateException when this poller is closed, when another thread polls with it, or when its own
     *     listener calls it
     * @throws PortClosedException when the port is closed and its last completion is delivered
     */
    public int poll(final int timeoutMillis) {
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException(
                    "timeoutMillis is " + timeoutMillis + ", but cannot be negative; poll() waits without a timeout");
        }
        return drain(timeoutMillis);
    }

    /**
     * Polls as {@link #poll(int)} does, without a timeout.
     *
     * @return the number of completions delivered; 0 after a wake-up or at the end of the port
     * @throws IllegalStateException as {@link #poll(int)} does
     * @throws PortClosedException when the port is closed and its last completion is delivered
     */
    public int poll() {
        return drain(FOR_EVER);
    }

    /**
     * The port that is polled.
     *
     * @return the port
     */
    public CompletionPort port() {
        return batch.port();
    }

    /**
     * Closes this poller. A poll in progress finishes, including its listener. The port stays open; closing the port
     * closes its pollers. Closing twice is harmless.
     */
    @Override
    public void close() {
        PollerNative.close(key);
        port().forget(this);
    }

    @Override
    public String toString() {
        return "CompletionPoller " + batch.worker() + " of " + port();
    }

    /** The {@link CompletionBatch#worker} of its batches. */
    int index() {
        return batch.worker();
    }

    boolean isDeliveringOnThisThread() {
        return delivering == Thread.currentThread();
    }

    private int drain(final int milliseconds) {
        return (int) poll(milliseconds, false);
    }

    /** Returns what {@link PollerNative#poll} answers, which is not negative. */
    long poll(final int milliseconds, final boolean alertable) {
        // Also for a poll that does not wait: Windows counts a thread that has polled towards the concurrency value,
        // and a carrier runs other virtual threads, too.
        final long polled = OffCarrier.isNeeded()
                ? OffCarrier.call(() -> PollerNative.poll(key, milliseconds, alertable, false))
                : PollerNative.poll(key, milliseconds, alertable, true);
        if (polled < 0) {
            // The end of a port closes its pollers, too.
            throw port().hasEnded()
                    ? EngineError.PORT_CLOSED.exception(port())
                    : EngineError.of(polled).exception(this);
        }
        final int count = (int) polled;
        if (count > 0) {
            delivering = Thread.currentThread();
            try {
                dispatcher.deliver(batch, count);
            } finally {
                delivering = null;
                PollerNative.delivered(key);
            }
        }
        return polled;
    }
}
