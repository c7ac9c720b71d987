package io.github.iocp4j;

/**
 * {@code iocp4j.dll} could not be loaded, or does not belong to this version of iocp4j. The message tells every place
 * that was looked in, why it did not do, and what to change. Later attempts in the same JVM throw the same diagnosis.
 */
public final class NativeLibraryError extends UnsatisfiedLinkError {
    private static final long serialVersionUID = 1L;

    NativeLibraryError(final String message) {
        super(message);
    }

    NativeLibraryError(final String message, final Throwable cause) {
        super(message);
        initCause(cause);
    }
}
