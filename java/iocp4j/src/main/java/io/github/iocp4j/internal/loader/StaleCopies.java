package io.github.iocp4j.internal.loader;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Removes copies of {@code iocp4j.dll} that no program has loaded for a month. A program cannot delete its own copy,
 * because Windows locks a loaded DLL until the process has ended.
 */
public final class StaleCopies {
    public static final int KEPT_DAYS = 30;
    private static final int LONGEST_FOLDER = 64;
    private static final String COPY = "iocp4j-";
    private static final String DLL = ".dll";
    private static final String TEMPORARY = ".tmp";

    private StaleCopies() {
    }

    /**
     * A name for a file that is being written. Another process may choose the same at the same moment. Neither a random
     * number nor a process id is in it, because the classes for these take longer to load than the rest.
     */
    public static String temporaryName() {
        return COPY + System.currentTimeMillis() + "-" + Long.toHexString(System.nanoTime()) + TEMPORARY;
    }

    /**
     * Removes the stale folders below the root, except the one in use. After a failure, the next program tries again.
     */
    public static void sweep(final Path root, final Path inUse) {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (final Path folder : folders) {
                if (!folder.equals(inUse) && isOurs(folder.getFileName().toString())) {
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
                if (isCopy(name)) {
                    // A loaded DLL cannot be deleted; then the other files must stay, too.
                    files.addFirst(file);
                } else if (isTemporary(name)) {
                    files.addLast(file);
                } else {
                    return null;
                }
            }
        }
        return files;
    }

    private static boolean isStale(final Path folder, final List<Path> files) throws IOException {
        final long limit = System.currentTimeMillis() - TimeUnit.DAYS.toMillis(KEPT_DAYS);
        for (final Path path : files.isEmpty() ? List.of(folder) : files) {
            if (Files.getLastModifiedTime(path).toMillis() > limit) {
                return false;
            }
        }
        return true;
    }

    // The names are taken apart without regular expressions, whose classes would be loaded for this alone.

    private static boolean isOurs(final String folder) {
        return folder.length() >= ExtractedLibrary.FOLDER_DIGITS && folder.length() <= LONGEST_FOLDER
                && CarriedLibrary.isHexadecimal(folder);
    }

    private static boolean isCopy(final String file) {
        return file.equals(NativeLibrarySearch.FILE_NAME)
                || file.startsWith(COPY) && file.endsWith(DLL) && isNumber(between(file, COPY, DLL));
    }

    private static boolean isTemporary(final String file) {
        if (!file.startsWith(COPY) || !file.endsWith(TEMPORARY)) {
            return false;
        }
        final String numbers = between(file, COPY, TEMPORARY);
        final int dash = numbers.indexOf('-');
        return dash >= 0 && isNumber(numbers.substring(0, dash))
                && CarriedLibrary.isHexadecimal(numbers.substring(dash + 1));
    }

    private static String between(final String text, final String prefix, final String suffix) {
        return text.substring(prefix.length(), text.length() - suffix.length());
    }

    private static boolean isNumber(final String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty();
    }
}
