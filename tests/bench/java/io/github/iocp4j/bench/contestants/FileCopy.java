package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Copies a file or a folder once, without a time limit. Before the next turn, outside the measured time, the driver
 * removes the copy.
 */
final class FileCopy implements Workload {
    private final Way way;
    private final Path from;
    private final Path to;
    private final long files;

    /** How to copy. */
    interface Way {
        void copy(Path from, Path to) throws IOException;
    }

    /** Arguments: the source, the target, and the number of files. */
    FileCopy(final Way way, final List<String> arguments) {
        this.way = way;
        from = Path.of(arguments.get(0));
        to = Path.of(arguments.get(1));
        files = Long.parseLong(arguments.get(2));
    }

    @Override
    public boolean worksOnCallersThread() {
        return true;
    }

    @Override
    public long run(final long milliseconds) throws IOException {
        way.copy(from, to);
        return files;
    }

    /** Copies a folder with the JDK alone: one file after another. */
    static void eachFile(final Path from, final Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(final Path folder, final BasicFileAttributes attributes)
                    throws IOException {
                Files.createDirectory(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes)
                    throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
