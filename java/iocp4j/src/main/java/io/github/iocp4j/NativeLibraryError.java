package io.github.iocp4j;

/**
 * {@code iocp4j.dll} could not be loaded, or does not belong to this version of iocp4j. The message lists every place
 * that was searched, the reason for which it failed, and what to change. Later attempts in the same JVM throw the same
 * diagnosis.
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
