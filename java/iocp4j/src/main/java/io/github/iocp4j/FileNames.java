package io.github.iocp4j;

import java.nio.file.FileSystems;
import java.nio.file.Path;

/** Paths as Win32 calls take them. */
final class FileNames {
    /** Without a prefix Windows takes 259 characters, and for the name of a folder 12 less. */
    private static final int MAX_PLAIN_LENGTH = 247;

    private FileNames() {
    }

    /** The absolute path, with a prefix where it is longer than Windows takes otherwise. */
    static String absolute(final Path path) {
        if (path.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(path + " lies in " + path.getFileSystem()
                    + ", which Windows does not know: it must be a path of the default file system");
        }
        final String absolute = path.toAbsolutePath().normalize().toString();
        if (absolute.length() <= MAX_PLAIN_LENGTH) {
            return absolute;
        }
        return absolute.startsWith("\\\\") ? "\\\\?\\UNC" + absolute.substring(1) : "\\\\?\\" + absolute;
    }
}
