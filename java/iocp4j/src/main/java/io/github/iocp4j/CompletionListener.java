package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort}, one at a time.
 */
@FunctionalInterface
public interface CompletionListener {
    /**
     * Called by a worker for each completion that it has dequeued.
     *
     * <p>Several workers call it at the same time. When a device has several operations in flight, two workers may
     * therefore deliver its completions at once. The listener may start operations, open and close devices and close
     * the port. It may block: another worker then dequeues the packets that are still in the port's queue, up to the
     * size of the pool. Completions that were dequeued together with this one wait until it returns.
     *
     * <p>An exception affects this completion alone. It goes to the port's
     * {@linkplain CompletionPort.Builder#exceptionHandler exception handler}, and the worker goes on with the next
     * completion. When the completion is a new connection ({@link Opcode#ACCEPT}), the port then closes the connection:
     * the listener owns it only after this method has returned normally and has asked for it
     * ({@link Completion#device}). The first connection of a port that is closed because the listener has not asked for
     * it is logged as a warning by the {@link System.Logger} {@code io.github.iocp4j}.
     *
     * @param completion the completion; valid only until this method returns, on this thread only
     */
    void onCompletion(Completion completion);
}
