package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort} a batch at a time, for a program that does something once per
 * batch, such as one write for all data that it has read. A {@link CompletionListener}, which is called for each
 * completion, costs hardly more and loses no completion when it throws.
 */
@FunctionalInterface
public interface BatchListener {
    /**
     * Called by a worker with the completions that it has dequeued, once per batch.
     *
     * <p>The thread rules are those of {@link CompletionListener#onCompletion}.
     *
     * <p>An exception loses the rest of the batch: completions that the listener has not handled are not delivered
     * again. The port cannot know which these are, because a listener may read a batch in any order. The exception goes
     * to the port's exception handler, with the completion that the listener has read last. New connections of the
     * batch are closed unless the listener has started an operation on them or {@linkplain Device#attach attached} an
     * object to them. To lose no completion, catch exceptions for each completion.
     *
     * <p>After a normal return, the new connections are closed that the listener has not asked for
     * ({@link CompletionBatch#device}).
     *
     * @param batch the completions, never empty; valid only until this method returns, on this thread only
     */
    void onCompletions(CompletionBatch batch);
}
