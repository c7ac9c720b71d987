package io.github.iocp4j;

import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;

/**
 * A Win32 call has failed. The message has the call, the name and number of the error code, and the text of Windows.
 */
public final class Win32Exception extends IOException {
    private static final long serialVersionUID = 1L;

    /** A code of {@code winerror.h}; javadoc shows it among the serialized fields. */
    private final int code;

    /**
     * Creates an exception for a code of {@code GetLastError} or of a completion.
     *
     * @param call the failed call and its object, for example {@code CreateFile \\.\pipe\syelog}
     * @param code the Win32 error code
     */
    public Win32Exception(final String call, final int code) {
        super(describe(Objects.requireNonNull(call, "call"), code));
        this.code = code;
    }

    /**
     * The Win32 error code.
     *
     * @return a constant of {@link Win32Error}, or another code of {@code winerror.h}
     */
    public int code() {
        return code;
    }

    /**
     * The name of the code.
     *
     * @return {@link Win32Error#name} of {@link #code}
     */
    public String symbolicName() {
        return Win32Error.name(code);
    }

    /**
     * The code of a failure that may be a {@code FileSystemException}, which has no code itself.
     *
     * @param failure an exception of this library
     * @return the {@link #code} of the exception or of the first of its causes that has one;
     *     {@link Win32Error#SUCCESS} when none has one
     */
    public static int codeOf(final Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof Win32Exception) {
                return ((Win32Exception) e).code;
            }
        }
        return Win32Error.SUCCESS;
    }

    /**
     * This failure as {@code java.nio.file} reports it, for example for a completion of a file. The methods of this
     * library that open a path throw this type themselves.
     *
     * <p>The class depends on the code: {@link NoSuchFileException} for {@link Win32Error#FILE_NOT_FOUND} and
     * {@link Win32Error#PATH_NOT_FOUND}; {@link FileAlreadyExistsException} for {@link Win32Error#FILE_EXISTS} and
     * {@link Win32Error#ALREADY_EXISTS}; {@link AccessDeniedException} for {@link Win32Error#ACCESS_DENIED},
     * {@link Win32Error#NETWORK_ACCESS_DENIED} and {@link Win32Error#PRIVILEGE_NOT_HELD};
     * {@link NotDirectoryException} for {@link Win32Error#DIRECTORY}; {@link DirectoryNotEmptyException} for
     * {@link Win32Error#DIR_NOT_EMPTY}; {@link FileSystemLoopException} for {@link Win32Error#CANT_RESOLVE_FILENAME}.
     * Any other code, such as {@link Win32Error#SHARING_VIOLATION}, becomes a {@link FileSystemException}.
     *
     * @param file the path; characters that could forge a line or command a terminal are escaped, because the message
     *     begins with the path
     * @return an exception whose cause is this one; {@link #codeOf} returns its code
     */
    public FileSystemException toFileSystemException(final String file) {
        final FileSystemException exception = withoutCause(Printable.of(Objects.requireNonNull(file, "file")));
        exception.initCause(this);
        return exception;
    }

    private FileSystemException withoutCause(final String file) {
        switch (code) {
            case Win32Error.FILE_NOT_FOUND:
            case Win32Error.PATH_NOT_FOUND:
                return new NoSuchFileException(file, null, getMessage());
            case Win32Error.FILE_EXISTS:
            case Win32Error.ALREADY_EXISTS:
                return new FileAlreadyExistsException(file, null, getMessage());
            case Win32Error.ACCESS_DENIED:
            case Win32Error.NETWORK_ACCESS_DENIED:
            case Win32Error.PRIVILEGE_NOT_HELD:
                return new AccessDeniedException(file, null, getMessage());
            case Win32Error.DIRECTORY:
                return new NotDirectoryException(file);
            case Win32Error.DIR_NOT_EMPTY:
                return new DirectoryNotEmptyException(file);
            case Win32Error.CANT_RESOLVE_FILENAME:
                return new FileSystemLoopException(file);
            default:
                return new FileSystemException(file, null, getMessage());
        }
    }

    private static String describe(final String call, final int code) {
        final String failure = Printable.of(call) + " failed: " + Win32Error.name(code)
                + " (" + Integer.toUnsignedString(code) + ")";
        // Only the DLL can get Windows' text, which is in the user's language.
        final String text = NativeLibrary.isLoaded() ? PortNative.errorMessage(code).strip() : "";
        return text.isEmpty() ? failure : failure + ": " + text;
    }
}
