package io.github.iocp4j;

/**
 * Consumes the completions of one {@link CompletionPort} in batches. It is for a program that does something once per
 * batch, such as one write for all data that it has read. Other programs use a {@link CompletionListener}: it costs
 * hardly more, and an exception loses no completion.
 */
@FunctionalInterface
public interface BatchListener {
    /**
     * Called once per batch, by the worker that has dequeued it; on a polled port, by the thread that polls.
     *
     * <p>The rules for threads are those of {@link CompletionListener#onCompletion}.
     *
     * <p>If this method throws, the completions that it has not handled are lost: the port does not deliver them again,
     * because it cannot know which they are; a listener may read a batch in any order. The exception goes to the port's
     * exception handler, with the completion that the listener has read last. The port closes the new connections of
     * the batch, except those on which the listener has started an operation or to which it has
     * {@linkplain Device#attach attached} an object. To lose no completion, catch exceptions for each completion.
     *
     * <p>After a normal return, the port closes each new connection for which the listener has not called
     * {@link CompletionBatch#device}.
     *
     * @param batch at least one completion; valid only on this thread, until this method returns
     */
    void onCompletions(CompletionBatch batch);
}
