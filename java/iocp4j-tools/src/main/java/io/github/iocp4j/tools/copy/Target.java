package io.github.iocp4j.tools.copy;

import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;

/**
 * A file that is being written. When it is closed before it is complete, it is removed. If a file of that name exists,
 * the new one is written beside it and replaces it when complete, so that a failure does not lose the existing file.
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

    /** Creates a new file; fails when the name exists. */
    interface Opener {
        OverlappedFile createNew(Path path) throws IOException;
    }

    static Target open(final Path source, final Path path, final Opener opener) throws IOException {
        try {
            return new Target(path, path, opener.createNew(path));
        } catch (final FileAlreadyExistsException there) {
            // See below.
        } catch (final FileSystemException refused) {
            if (!Files.isDirectory(path)) {
                throw refused;
            }
        }
        if (Files.isDirectory(path)) {
            throw new FileSystemException(path.toString(), null, "it is a folder, and a file cannot replace it");
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

    /** Marks the file as complete, closes it and keeps it. */
    void complete() throws IOException {
        file.close();
        if (!writtenAs.equals(path)) {
            replace();
        }
        complete = true;
    }

    /**
     * A read-only file is not replaced, unless the new file is read-only, too: then the existing one is an earlier
     * copy.
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
                throw new FileSystemException(path.toString(), null, "it is read-only, and the new file is not");
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
            // It may already have the attributes of its source.
            Files.setAttribute(writtenAs, "dos:readonly", false);
            Files.delete(writtenAs);
        }
    }
}
