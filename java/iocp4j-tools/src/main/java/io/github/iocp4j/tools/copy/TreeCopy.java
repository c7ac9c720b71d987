package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Copies a folder with its contents, several files at the same time, because opening and closing is most of the work
 * for small files. Files that cannot be copied are reported and skipped. When the disk is full, no further file is
 * tried, and the remaining ones are counted.
 */
final class TreeCopy implements SourceWalk.Visitor {
    private final FileCopy files;
    private final boolean followLinks;
    private final Stop stop;
    private final Path source;
    private final Path target;
    private final Complaints complaints;
    private final ThreadPoolExecutor threads;
    private final List<Path> folders = new ArrayList<>();
    /** The folder that has no copy while the walk is in it; otherwise null. */
    private Path withoutCopy;
    private volatile boolean full;

    /** Copies one file. */
    interface FileCopy {
        void copy(Path from, Path to) throws IOException;
    }

    /**
     * Creates a copy that is not started.
     *
     * @param files copies each file
     * @param inWork the number of files that are copied at the same time
     * @param followLinks whether to follow links to folders
     */
    TreeCopy(
            final FileCopy files, final int inWork, final boolean followLinks, final Stop stop, final Path source,
            final Path target, final Complaints complaints) {
        this.files = files;
        this.followLinks = followLinks;
        this.stop = stop;
        this.source = source;
        this.target = target;
        this.complaints = complaints;
        // The queue is short, and a caller that finds it full copies the file: a folder may have millions of files.
        threads = new ThreadPoolExecutor(inWork, inWork, 0, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(4 * inWork), new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /** Returns the number of files that could not be copied. */
    long copy() throws IOException {
        try {
            copyContent();
            stop.check();
            // Last, because a new file in a folder changes the folder's time.
            folders.forEach(this::copyFolderMetadata);
        } finally {
            complaints.finish();
        }
        return complaints.count();
    }

    private void copyContent() throws IOException {
        try {
            SourceWalk.walk(source, target, followLinks, this);
        } finally {
            threads.shutdown();
            awaitThreads();
        }
    }

    @Override
    public void enter(final Path folder) {
        if (withoutCopy != null || full) {
            complaints.addUntried();
            return;
        }
        try {
            makeCopyOf(folder);
            folders.add(folder);
        } catch (final IOException refused) {
            complaints.add(refused);
            withoutCopy = folder;
        }
    }

    @Override
    public void leave(final Path folder) {
        if (folder.equals(withoutCopy)) {
            withoutCopy = null;
        }
    }

    @Override
    public void file(final Path file, final long size) {
        if (withoutCopy != null) {
            complaints.addUntried();
        } else {
            threads.execute(() -> copyFile(file));
        }
    }

    @Override
    public void leaveOut(final IOException why) {
        complaints.add(why);
    }

    @Override
    public boolean goesOn() {
        return !stop.isWanted();
    }

    private void makeCopyOf(final Path folder) throws IOException {
        final Path copy = copyOf(folder);
        try {
            Files.createDirectory(copy);
        } catch (final FileAlreadyExistsException there) {
            if (!Files.isDirectory(copy)) {
                throw there;
            }
            if (!folder.equals(source)) {
                checkNoLink(copy);
            }
        }
    }

    /** A file in a folder that is a link is created elsewhere, perhaps in the source. */
    private void checkNoLink(final Path copy) throws IOException {
        final Path real = copy.toRealPath();
        if (real.equals(copy.getParent().toRealPath().resolve(copy.getFileName()))) {
            return;
        }
        if (!followLinks) {
            throw new FileSystemException(copy.toString(), null, SourceWalk.LINK);
        }
        if (SourceWalk.isInside(real, source)) {
            throw new FileSystemException(copy.toString(), null, "it is a link into what is copied");
        }
    }

    private void copyFile(final Path file) {
        if (full) {
            complaints.addUntried();
            return;
        }
        try {
            files.copy(file, copyOf(file));
        } catch (final InterruptedIOException stopped) {
            complaints.addUntried();
        } catch (final IOException failed) {
            if (isFull(Win32Exception.codeOf(failed))) {
                full = true;
            }
            complaints.add(failed);
        } catch (final RuntimeException | Error failed) {
            // This thread would end, and the file would be missing without a word.
            complaints.add(new IOException(file + ": " + failed, failed));
        }
    }

    private static boolean isFull(final int code) {
        return code == Win32Error.DISK_FULL || code == Win32Error.HANDLE_DISK_FULL;
    }

    private void copyFolderMetadata(final Path folder) {
        try {
            final DosFileAttributes from = Files.readAttributes(folder, DosFileAttributes.class);
            final DosFileAttributeView to = Files.getFileAttributeView(copyOf(folder), DosFileAttributeView.class);
            to.setTimes(from.lastModifiedTime(), from.lastAccessTime(), from.creationTime());
            to.setHidden(from.isHidden());
            to.setSystem(from.isSystem());
            to.setArchive(from.isArchive());
            to.setReadOnly(from.isReadOnly());
        } catch (final IOException refused) {
            complaints.add(refused);
        }
    }

    private Path copyOf(final Path path) {
        return target.resolve(source.relativize(path));
    }

    private void awaitThreads() {
        try {
            threads.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
