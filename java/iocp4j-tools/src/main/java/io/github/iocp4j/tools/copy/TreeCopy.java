package io.github.iocp4j.tools.copy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Copies a folder with all that is in it, several files at a time: with small ones, opening and closing is most of the
 * work. What cannot be copied is complained of and left out, and the rest goes on; a full disk ends it.
 */
final class TreeCopy extends SimpleFileVisitor<Path> {
    private final CopyEngine engine;
    private final Stop stop;
    private final Consumer<IOException> complaints;
    private final Path source;
    private final Path target;
    private final ThreadPoolExecutor threads;
    private final List<Path> folders = new ArrayList<>();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean full;

    TreeCopy(
            final CopyEngine engine, final int files, final Stop stop, final Path source, final Path target,
            final Consumer<IOException> complaints) {
        this.engine = engine;
        this.stop = stop;
        this.source = source;
        this.target = target;
        this.complaints = complaints;
        // The queue is short, and who finds it full does the work himself: a folder may have millions of files.
        threads = new ThreadPoolExecutor(files, files, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(4 * files),
                new ThreadPoolExecutor.CallerRunsPolicy());
    }

    /** Answers how much could not be copied. */
    long copy() throws IOException {
        try {
            Files.walkFileTree(source, this);
        } finally {
            threads.shutdown();
            awaitThreads();
        }
        stop.check();
        // Only now: what is made in a folder changes its time.
        folders.forEach(this::copyFolderMetadata);
        return failures.get();
    }

    @Override
    public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes) {
        final Path copy = copyOf(folder);
        try {
            Files.createDirectory(copy);
        } catch (final FileAlreadyExistsException there) {
            if (!Files.isDirectory(copy)) {
                return failed(there, FileVisitResult.SKIP_SUBTREE);
            }
        } catch (final IOException refused) {
            return failed(refused, FileVisitResult.SKIP_SUBTREE);
        }
        folders.add(folder);
        return goOn();
    }

    @Override
    public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
        if ((attributes.isSymbolicLink() || attributes.isOther()) && !Files.isRegularFile(file)) {
            return failed(new IOException(file + " is a link to a folder, or no file at all: it is left out"), goOn());
        }
        threads.execute(() -> copyFile(file));
        return goOn();
    }

    @Override
    public FileVisitResult visitFileFailed(final Path file, final IOException refused) {
        return failed(refused, goOn());
    }

    private FileVisitResult goOn() {
        return full || stop.isWanted() ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
    }

    private FileVisitResult failed(final IOException why, final FileVisitResult next) {
        failures.incrementAndGet();
        complaints.accept(why);
        return next;
    }

    private void copyFile(final Path file) {
        if (full) {
            return;
        }
        try {
            engine.copy(file, copyOf(file));
        } catch (final InterruptedIOException stopped) {
            failures.incrementAndGet();
        } catch (final IOException failed) {
            full |= failed instanceof Win32Exception && isFull(((Win32Exception) failed).code());
            failed(failed, goOn());
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
            failed(refused, goOn());
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
