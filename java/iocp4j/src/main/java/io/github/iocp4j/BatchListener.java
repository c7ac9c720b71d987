package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort} a batch at a time, for a program that has something to do once
 * per batch, such as one write for all that it has read. A {@link CompletionListener}, which is called for each
 * completion, costs hardly more and loses nothing when it throws.
 */
@FunctionalInterface
public interface BatchListener {
    /**
     * Called by a worker with the completions that it has dequeued, once per batch.
     *
     * <p>All that {@link CompletionListener#onCompletion} says of threads holds here, too.
     *
     * <p>An exception costs the rest of the batch: the completions that the listener has not handled do not come again,
     * and their devices may wait for ever. The port cannot know which these are, because a batch is read in any order.
     * The exception goes to the port's exception handler, with the completion that the listener has looked at last. New
     * connections of the batch are closed when the listener has neither started an operation on them nor
     * {@linkplain Device#attach attached} anything to them. A listener that must not lose the others catches what it
     * throws for each completion.
     *
     * @param batch the completions, never empty; valid only until this method returns, on this thread only
     */
    void onCompletions(CompletionBatch batch);
}
