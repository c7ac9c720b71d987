package io.github.iocp4j;

/**
 * {@code iocp4j.dll} cannot be loaded, or does not belong to this version of iocp4j. The message lists each location
 * that was searched, why the DLL could not be loaded from there, and what to change. Later attempts in the same JVM
 * throw an error with the same message.
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
