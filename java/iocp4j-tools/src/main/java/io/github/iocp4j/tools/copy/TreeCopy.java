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
 * Copies a folder with all that is in it, several files at a time: with small ones, opening and closing is most of the
 * work. What cannot be copied is complained of and left out, and the rest goes on. After a full disk nothing more is
 * tried, and what remains is counted.
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
    /** The folder that has no copy, while the walk is in it; else null. */
    private Path withoutCopy;
    private volatile boolean full;

    /** Copies one file. */
    interface FileCopy {
        void copy(Path from, Path to) throws IOException;
    }

    /**
     * Makes a copy that has not begun.
     *
     * @param files copies each file
     * @param inWork how many files are in work at a time
     * @param followLinks whether links to folders are folders
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
        // The queue is short, and who finds it full does the work himself: a folder may have millions of files.
        threads = new ThreadPoolExecutor(inWork, inWork, 0, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(4 * inWork), new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /** Answers how much could not be copied. */
    long copy() throws IOException {
        try {
            copyContent();
            stop.check();
            // Only now: what is made in a folder changes its time.
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

    /** What goes into a folder that is a link lands elsewhere, perhaps in the source. */
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
            full |= failed instanceof Win32Exception && isFull(((Win32Exception) failed).code());
            complaints.add(failed);
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
        } catch (final InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }
}
