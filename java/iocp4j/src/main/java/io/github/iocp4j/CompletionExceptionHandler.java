package io.github.iocp4j;

/**
 * Learns of what a port's listener throws.
 */
@FunctionalInterface
public interface CompletionExceptionHandler {
    /**
     * Called when the listener has thrown, by the worker or the polling thread that has called the listener. The thread
     * then goes on. What the handler itself throws is printed to {@link System#err}.
     *
     * <p>The device stays open, but for a new connection, and may have nothing in flight any more. A handler can end
     * such a connection with {@code completion.device().close()}; {@link Completion#device} is null for
     * {@link Opcode#POST}, and a server where it could not accept.
     *
     * @param completion what the listener was called for; with a {@link BatchListener} the completion that it has
     *     looked at last, or the first one if it has looked at none. Valid only until this method returns, on this
     *     thread only
     * @param thrown what the listener has thrown
     */
    void onException(Completion completion, Throwable thrown);
}
