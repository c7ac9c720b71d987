package io.github.iocp4j;

/** A call was made on a port that is closed or being closed. Nothing was submitted. */
public final class PortClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PortClosedException(final String message) {
        super(message);
    }
}
