package io.github.iocp4j;

/** The port is closed or closing. No operation was started. */
public final class PortClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PortClosedException(final String message) {
        super(message);
    }
}
