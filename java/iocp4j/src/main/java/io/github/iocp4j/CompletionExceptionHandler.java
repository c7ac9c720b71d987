package io.github.iocp4j;

/**
 * Receives the exceptions of a port's listener.
 */
@FunctionalInterface
public interface CompletionExceptionHandler {
    /**
     * Called when the listener has thrown, by the worker or polling thread that has called the listener. The thread
     * then goes on. An exception of the handler itself is printed to {@link System#err}.
     *
     * <p>The device stays open, except for a new connection, which is closed. The device may have no operation in
     * flight any more; a handler can end such a connection with {@code completion.device().close()}.
     * {@link Completion#device} is null for {@link Opcode#POST}, and the server for a failed {@link Opcode#ACCEPT}.
     *
     * @param completion the completion that the listener was called for; with a {@link BatchListener} the completion
     *     that it has read last, or the first one if it has read none. Valid only until this method returns, on this
     *     thread only
     * @param thrown the listener's exception
     */
    void onException(Completion completion, Throwable thrown);
}
