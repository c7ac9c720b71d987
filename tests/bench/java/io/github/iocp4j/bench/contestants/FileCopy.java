package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * Copies a file or a folder, in whatever way: once, however long that takes. The driver removes what it has made before
 * the next turn, while no time is taken.
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

    /** Arguments: what, where to, and how many files that are. */
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

    /** A folder as one does it who has the JDK alone: one file after another. */
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
