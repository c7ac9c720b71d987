package io.github.iocp4j;

import java.lang.System.Logger.Level;

/**
 * Receives the exceptions of a port's listener, and the loss of a port.
 */
@FunctionalInterface
public interface CompletionExceptionHandler {
    /**
     * Called when the listener has thrown an exception, on the worker or polling thread that has called the listener.
     * The thread then continues. An exception of the handler itself is printed to {@link System#err}.
     *
     * <p>The port closes a new connection; any other device stays open. If the listener has not started the next
     * operation, the device has none in flight, and no further completion comes: the handler can close it with
     * {@code completion.device().close()}. {@link Completion#device} is null for {@link Opcode#POST}, and the server
     * for a failed {@link Opcode#ACCEPT}.
     *
     * @param completion the completion that the listener was called for; with a {@link BatchListener} the completion
     *     that it has read last, or the first one if it has read none. Valid only on this thread, until this method
     *     returns
     * @param thrown the listener's exception
     */
    void onException(Completion completion, Throwable thrown);

    /**
     * Called once when a worker or a poll detects that other code has closed the handle of the port's kernel object.
     * From then on the port refuses new operations. Operations in flight do not complete. Their memory and buffers are
     * never freed, because Windows may still use them; {@link PortSnapshot#operationsQuarantined} counts them. A close
     * of their devices and of the port times out. If no operation is in flight, the close ends as usual.
     *
     * <p>The default logs the exception's message as an error.
     *
     * @param port the port
     * @param lost describes the cause
     */
    default void onPortLost(final CompletionPort port, final PortLostException lost) {
        System.getLogger(CompletionExceptionHandler.class.getPackageName()).log(Level.ERROR, lost.getMessage());
    }
}
