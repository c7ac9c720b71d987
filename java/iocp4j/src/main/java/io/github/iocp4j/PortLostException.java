package io.github.iocp4j;

/**
 * Other code in this process has closed the handle of the port's kernel object. The usual cause is code that closes a
 * handle of its own twice. The port refuses new operations, and operations in flight do not complete. Close the port
 * and open another one.
 */
public final class PortLostException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PortLostException(final String message) {
        super(message);
    }
}
