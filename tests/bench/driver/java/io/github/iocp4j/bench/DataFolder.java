package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The folder of the files that benchmarks read and that contestants write. */
final class DataFolder {
    private final Path path;

    DataFolder(final Path path) {
        this.path = path;
    }

    Path resolve(final String name) {
        return path.resolve(name);
    }

    /** Removes the folder with its contents, now and when this process ends, unless it is killed. */
    void keepUntilExit() throws IOException {
        delete(path);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                delete(path);
            } catch (final IOException stillInUse) {
                System.err.println("bench: " + path + " stays behind: " + stillInUse);
            }
        }));
    }

    /**
     * Prepares the turn of a contestant that writes files to a folder. The folder is made again, so that no contestant
     * pays for the removal of the previous files. The disk is flushed, so that no contestant waits for the writes of
     * the previous one. On Windows the flush is not needed, because the cache drops the data of removed files.
     */
    Contest.Preparation emptied(final String name) {
        return () -> {
            delete(resolve(name));
            Files.createDirectories(resolve(name));
            if (!Platform.IS_WINDOWS) {
                sync();
            }
        };
    }

    private void sync() throws IOException {
        final Process process = new ProcessBuilder("sync", "--file-system", path.toString()).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("sync --file-system " + path + " has failed");
            }
        } catch (final InterruptedException interrupted) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException(interrupted);
        }
    }

    private static void delete(final Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        final List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
        }
        for (final Path each : all) {
            // Another process may have the file open.
            Files.deleteIfExists(each);
        }
    }
}
