package io.github.iocp4j.internal.loader;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Removes copies of {@code iocp4j.dll} that no program has loaded for a month. A program cannot delete its own copy,
 * because Windows locks a loaded DLL until the process has ended.
 */
public final class StaleCopies {
    public static final Duration KEPT = Duration.ofDays(30);
    private static final Pattern FOLDER = Pattern.compile("[0-9a-f]{16,64}");
    private static final Pattern COPY = Pattern.compile("iocp4j(-[0-9]+)?\\.dll");
    private static final Pattern TEMPORARY = Pattern.compile("iocp4j-[0-9]+-[0-9a-f]+\\.tmp");

    private StaleCopies() {
    }

    /**
     * A name that no other process or thread uses, for a file that is being written. It is not random, because
     * {@code Files.createTempFile} would start a secure random generator, which takes longer than the rest.
     */
    public static String temporaryName() {
        return "iocp4j-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()) + ".tmp";
    }

    /**
     * Removes the stale folders below the root, except the one in use. After a failure, the next program tries again.
     */
    public static void sweep(final Path root, final Path inUse) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (final Path folder : folders) {
                if (!folder.equals(inUse) && FOLDER.matcher(folder.getFileName().toString()).matches()) {
                    remove(folder);
                }
            }
        } catch (final IOException | DirectoryIteratorException unreadable) {
            // Nothing depends on the removal.
        }
    }

    private static void remove(final Path folder) {
        try {
            final BasicFileAttributes kind =
                    Files.readAttributes(folder, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            // A junction is a directory and "other": its target is not ours.
            final List<Path> files = kind.isDirectory() && !kind.isOther() ? ours(folder) : null;
            if (files != null && isStale(folder, files)) {
                for (final Path file : files) {
                    Files.delete(file);
                }
                Files.delete(folder);
            }
        } catch (final IOException | DirectoryIteratorException inUse) {
            // In use by a program that runs for longer than a month.
        }
    }

    /** The files in the folder, the DLLs first, or null when there is a file that is not ours. */
    private static List<Path> ours(final Path folder) throws IOException {
        final LinkedList<Path> files = new LinkedList<>();
        try (DirectoryStream<Path> content = Files.newDirectoryStream(folder)) {
            for (final Path file : content) {
                final String name = file.getFileName().toString();
                if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    return null;
                }
                if (COPY.matcher(name).matches()) {
                    // A loaded DLL cannot be deleted; then the other files must stay, too.
                    files.addFirst(file);
                } else if (TEMPORARY.matcher(name).matches()) {
                    files.addLast(file);
                } else {
                    return null;
                }
            }
        }
        return files;
    }

    private static boolean isStale(final Path folder, final List<Path> files) throws IOException {
        final Instant limit = Instant.now().minus(KEPT);
        for (final Path path : files.isEmpty() ? List.of(folder) : files) {
            if (Files.getLastModifiedTime(path).toInstant().isAfter(limit)) {
                return false;
            }
        }
        return true;
    }
}
