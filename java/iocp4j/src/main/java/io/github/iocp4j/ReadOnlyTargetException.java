package io.github.iocp4j;

import java.nio.ReadOnlyBufferException;

/** Says which buffer it is, for which the JDK's exception has no room. */
final class ReadOnlyTargetException extends ReadOnlyBufferException {
    private static final long serialVersionUID = 1L;

    private final String message;

    ReadOnlyTargetException(final Object buffer) {
        message = "Windows is to write into " + buffer + ", which is read-only: pass the buffer that it is a view of";
    }

    @Override
    public String getMessage() {
        return message;
    }
}
