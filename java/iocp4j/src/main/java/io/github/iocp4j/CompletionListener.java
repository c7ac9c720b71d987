package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort}, one at a time.
 */
@FunctionalInterface
public interface CompletionListener {
    /**
     * Called by a worker for each completion that it has dequeued.
     *
     * <p>Several workers call at the same time; the completions of one device can therefore be seen by two workers at
     * once when several of its operations are in flight. The listener may start operations, open and close devices and
     * close the port. It may block: another worker then takes over the packets that are still in the port's queue, up
     * to the size of the pool. Completions that were dequeued together with this one wait for it.
     *
     * <p>An exception concerns this completion alone. It goes to the port's
     * {@linkplain CompletionPort.Builder#exceptionHandler exception handler}, and the worker goes on with the next
     * completion. When the completion is a new connection ({@link Opcode#ACCEPT}), the connection is then closed: it
     * belongs to the listener only when this method has returned normally.
     *
     * @param completion the completion; valid only until this method returns, on this thread only
     */
    void onCompletion(Completion completion);
}
