package io.github.iocp4j;

/**
 * Drains a port that has no workers ({@link CompletionPort.Builder#polled}) on the thread of whoever calls
 * {@link #poll(int)}: the port's listener is called there, with everything that has come. That is how an event loop
 * looks after I/O among other things: it submits, polls, is woken by others ({@link CompletionPort#wakeUp}), and
 * closes, all on one thread.
 *
 * <pre>{@code
 * while (running) {
 *     poller.poll(millisecondsToNextTimer());
 *     runTasks();
 * }
 * }</pre>
 *
 * <p>Several threads may poll one port, each with a poller of its own; Windows gives them the packets in turn, and lets
 * no more of them run than the port's concurrency says. A poller may be handed from thread to thread between polls, but
 * used by one at a time. A poll of a platform thread allocates nothing. What the listener throws goes to the port's
 * exception handler.
 *
 * <p>A virtual thread parks in a poll and does not pin its carrier: a platform thread waits for it, and the listener is
 * called on the virtual thread, where it may park as well. Its carrier is not counted among the threads that the port
 * lets run, and nothing limits how many operations in a row {@linkplain Device#completeInline complete inline} in its
 * listener. After the listener it is pinned while handles are closed of devices that have ended. An interrupt does not
 * end a poll, {@link CompletionPort#wakeUp} does.
 *
 * <p>Nothing happens on a polled port while nobody polls: no completion is told, no device gets on with its closing, no
 * server puts another instance in the place of one that a client has taken.
 */
public final class CompletionPoller implements AutoCloseable {
    private static final int FOR_EVER = -1;
    private static final long INTERRUPTED = 1L << 32;
    private static final long WOKEN = 1L << 33;

    private final long key;
    private final CompletionDispatcher dispatcher;
    private final CompletionBatch batch;
    /** Whose listener this poller is in. */
    private volatile Thread delivering;

    CompletionPoller(final long key, final CompletionDispatcher dispatcher, final CompletionBatch batch) {
        this.key = key;
        this.dispatcher = dispatcher;
        this.batch = batch;
    }

    /**
     * Waits until there is at least one completion, then tells the listener of all that have come, up to the port's
     * batch ceiling ({@code GetQueuedCompletionStatusEx}). Returns without having told anything when the time is up,
     * when somebody has called {@link CompletionPort#wakeUp}, or when the port is closed and its last completion told.
     *
     * @param timeoutMillis how long to wait, in milliseconds; 0 for not at all
     * @return how many completions the listener was told of
     * @throws IllegalArgumentException when the timeout is negative
     * @throws IllegalStateException when this poller is closed, is polling on another thread, or is called by its own
     *     listener
     * @throws PortClosedException when the port is closed and all that belonged to it is gone
     */
    public int poll(final int timeoutMillis) {
        return drain(Ranges.inRange("timeoutMillis", timeoutMillis, 0, Integer.MAX_VALUE));
    }

    /**
     * The same without a limit of time.
     *
     * @return how many completions the listener was told of; 0 after a wake-up or at the end of the port
     * @throws IllegalStateException as {@link #poll(int)} does
     * @throws PortClosedException when the port is closed and all that belonged to it is gone
     */
    public int poll() {
        return drain(FOR_EVER);
    }

    /**
     * Tells the listener of what has come already, and does not wait: {@code poll(0)}.
     *
     * @return how many completions the listener was told of
     * @throws IllegalStateException as {@link #poll(int)} does
     * @throws PortClosedException when the port is closed and all that belonged to it is gone
     */
    public int pollNow() {
        return drain(0);
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
     * Polls no more. Who is polling with it finishes, the listener included. The port stays open; closing it closes its
     * pollers. Closing twice is harmless.
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

    /** What {@link CompletionBatch#worker} says in its batches. */
    int index() {
        return batch.worker();
    }

    boolean isDeliveringOnThisThread() {
        return delivering == Thread.currentThread();
    }

    /** Polls in an alertable wait. */
    WaitResult drainAlertably(final int milliseconds) {
        final long polled = poll(milliseconds, true);
        if ((int) polled > 0) {
            return new WaitResult(WaitResult.Kind.COMPLETIONS, (int) polled);
        }
        if ((polled & INTERRUPTED) != 0) {
            return new WaitResult(WaitResult.Kind.APC, 0);
        }
        return new WaitResult((polled & WOKEN) != 0 ? WaitResult.Kind.WAKE_UP : WaitResult.Kind.TIMEOUT, 0);
    }

    private int drain(final int milliseconds) {
        return (int) poll(milliseconds, false);
    }

    private long poll(final int milliseconds, final boolean alertable) {
        // Even one that does not wait: Windows counts a thread that has polled among those that the port lets run, and
        // a carrier runs others.
        final long polled = OffCarrier.isNeeded()
                ? OffCarrier.call(() -> PollerNative.poll(key, milliseconds, alertable, false))
                : PollerNative.poll(key, milliseconds, alertable, true);
        if (polled < 0) {
            // The end of a port closes its pollers, too.
            throw port().hasEnded() ? Refusal.PORT_CLOSED.exception(port()) : Refusal.of(polled).exception(this);
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
