package io.github.iocp4j;

import java.lang.System.Logger.Level;

/**
 * Receives the exceptions of a port's listener, and learns that a port is lost.
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

    /**
     * Called once when a worker or a poll finds that other code has closed the handle of the port's kernel object.
     * From then on the port refuses new operations. Operations in flight do not complete: their memory and their
     * buffers are kept for good, because Windows may still use them, and {@link PortSnapshot#operationsQuarantined}
     * counts them. A close of their devices and of the port times out; without such operations it ends as usual.
     *
     * <p>The default logs the exception's message as an error.
     *
     * @param port the port
     * @param lost says what has happened
     */
    default void onPortLost(final CompletionPort port, final PortLostException lost) {
        System.getLogger(CompletionExceptionHandler.class.getPackageName()).log(Level.ERROR, lost.getMessage());
    }
}
