package io.github.iocp4j.file;

import io.github.iocp4j.internal.Printable;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Converts paths to the form that Win32 calls accept. */
final class FileNames {
    /** Without the prefix {@code \\?\}, Windows accepts 259 characters, and 12 less for a folder. */
    private static final int MAX_PLAIN_LENGTH = 247;

    private FileNames() {
    }

    /** The absolute path, with the prefix if it is too long without. */
    static String absolute(final Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(Printable.of(path.toString()) + " lies in " + path.getFileSystem()
                    + ", which Windows does not know: use a path of the default file system");
        }
        final String absolute = path.toAbsolutePath().normalize().toString();
        if (absolute.length() <= MAX_PLAIN_LENGTH) {
            return absolute;
        }
        return absolute.startsWith("\\\\") ? "\\\\?\\UNC" + absolute.substring(1) : "\\\\?\\" + absolute;
    }
}
