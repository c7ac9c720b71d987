package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Where the files lie that benchmarks read, and those that contestants write. */
final class DataFolder {
    private final Path path;

    DataFolder(final Path path) {
        this.path = path;
    }

    Path resolve(final String name) {
        return path.resolve(name);
    }

    /** Removes it with all that is in it, now and when this process ends in whatever way that is not sudden. */
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
     * What comes before the turn of one who writes files into a folder: it is made anew, so that nobody pays for the
     * removal of another's files; and the disk gets what it still has to write, so that nobody waits for another's. On
     * Windows the second falls away: what the cache has of a removed file is dropped.
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
            // Somebody else may be at it.
            Files.deleteIfExists(each);
        }
    }
}
