package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort}: one call for each.
 */
@FunctionalInterface
public interface CompletionListener {
    /**
     * Called for each completion by the worker that has dequeued it; on a polled port, by the thread that polls.
     *
     * <p>Several workers call this method at the same time. When a device has several operations in flight, two workers
     * may therefore deliver two of its completions at the same time. The listener may start operations, open and close
     * devices, and close the port. It may block: while workers are left, another worker dequeues the packets that are
     * still in the port's queue. Completions that were dequeued in the same batch wait until this method returns.
     *
     * <p>An exception affects only this completion. It goes to the port's
     * {@linkplain CompletionPort.Builder#exceptionHandler exception handler}, and the worker continues with the next
     * completion.
     *
     * <p>The listener owns a new connection ({@link Opcode#ACCEPT}) if it calls {@link Completion#device}, or
     * {@link Completion#detached} for that of a {@code detached()} server, and returns normally. Otherwise the port
     * closes the connection. When this happens for the first time because the listener has called neither, the
     * {@link System.Logger} {@code io.github.iocp4j} logs a warning.
     *
     * @param completion the completion; valid only on this thread, until this method returns
     */
    void onCompletion(Completion completion);
}
