package io.github.iocp4j.tools;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Describes the exceptions of {@code java.nio.file}, some of which only name the file. */
public final class FileErrors {
    private FileErrors() {
    }

    /**
     * Why a file could not be used.
     *
     * @param refused the exception
     * @param missing the text for {@link NoSuchFileException}
     * @return words that can follow a colon
     */
    public static String reason(final FileSystemException refused, final String missing) {
        if (refused instanceof NoSuchFileException) {
            return missing;
        }
        if (refused instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (refused instanceof NotDirectoryException) {
            return "it is not a folder";
        }
        return refused.getReason() == null ? refused.getMessage() : refused.getReason();
    }
}
