package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort}.
 */
@FunctionalInterface
public interface CompletionListener {
    /**
     * Called by a worker with the completions it has dequeued, once per batch.
     *
     * <p>Several workers call at the same time, each with its own batch; the completions of one device can therefore
     * be seen by two workers at once when several of its operations are in flight. The listener may start operations,
     * open and close devices and close the port. It may block: another worker then takes over, up to the size of the
     * pool.
     *
     * <p>Whatever it throws goes to the port's exception handler, and the worker goes on with its next batch. What the
     * listener has not got to in this one does not come again, but new connections among it are closed; whoever wants
     * to go on after a failure catches it for each completion.
     *
     * @param batch the completions, never empty; valid only until this method returns, on this thread only
     */
    void onCompletions(CompletionBatch batch);
}
