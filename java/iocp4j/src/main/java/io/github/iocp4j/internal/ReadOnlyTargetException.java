package io.github.iocp4j.internal;

import java.nio.ReadOnlyBufferException;

/** A {@link java.nio.ReadOnlyBufferException} with a message that names the buffer. */
public final class ReadOnlyTargetException extends ReadOnlyBufferException {
    private static final long serialVersionUID = 1L;

    private final String message;

    public ReadOnlyTargetException(final Object buffer) {
        message = buffer + " is read-only, but the operation writes to it: pass the buffer that it is a view of";
    }

    @Override
    public String getMessage() {
        return message;
    }
}
