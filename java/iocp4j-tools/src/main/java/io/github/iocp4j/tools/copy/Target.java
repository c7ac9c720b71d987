package io.github.iocp4j.tools.copy;

import io.github.iocp4j.OverlappedFile;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;

/**
 * A file that is being written. It is removed when it is closed before it is complete. Where there is a file of that
 * name already, it is written beside that and takes its place when it is complete, so that a failure does not cost what
 * was there.
 */
final class Target implements AutoCloseable {
    private final Path path;
    private final Path writtenAs;
    private final OverlappedFile file;
    private boolean complete;

    private Target(final Path path, final Path writtenAs, final OverlappedFile file) {
        this.path = path;
        this.writtenAs = writtenAs;
        this.file = file;
    }

    /** Makes a new file, and fails when there is one of that name. */
    interface Opener {
        OverlappedFile createNew(Path path) throws IOException;
    }

    static Target open(final Path source, final Path path, final Opener opener) throws IOException {
        try {
            return new Target(path, path, opener.createNew(path));
        } catch (final Win32Exception refused) {
            if (refused.code() != Win32Error.FILE_EXISTS && !Files.isDirectory(path)) {
                throw refused;
            }
        }
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "it is a folder, and a file cannot take its place");
        }
        if (Files.isSameFile(source, path)) {
            throw new FileSystemException(path.toString(), null, "it is the same file as " + source);
        }
        final Path beside = path.resolveSibling(
                path.getFileName() + ".copy-" + ProcessHandle.current().pid() + ".part");
        return new Target(path, beside, opener.createNew(beside));
    }

    OverlappedFile file() {
        return file;
    }

    /** Everything is written; the file is closed and stays. */
    void complete() throws IOException {
        file.close();
        if (!writtenAs.equals(path)) {
            replace();
        }
        complete = true;
    }

    /**
     * A read-only file is protected, unless the file that takes its place is read-only, too: it is then an earlier copy
     * of the same.
     */
    private void replace() throws IOException {
        final DosFileAttributeView before = Files.getFileAttributeView(path, DosFileAttributeView.class);
        final boolean unlocked = before.readAttributes().isReadOnly() && isReadOnly(writtenAs);
        if (unlocked) {
            before.setReadOnly(false);
        }
        try {
            Files.move(writtenAs, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (final IOException refused) {
            if (unlocked) {
                before.setReadOnly(true);
            } else if (isReadOnly(path)) {
                throw new FileSystemException(path.toString(), null, "it is read-only, and its successor is not");
            }
            throw refused;
        }
    }

    private static boolean isReadOnly(final Path file) throws IOException {
        return Files.readAttributes(file, DosFileAttributes.class).isReadOnly();
    }

    @Override
    public void close() throws IOException {
        file.close();
        if (!complete && Files.exists(writtenAs)) {
            // It may have got the attributes of its source already.
            Files.setAttribute(writtenAs, "dos:readonly", false);
            Files.delete(writtenAs);
        }
    }
}
