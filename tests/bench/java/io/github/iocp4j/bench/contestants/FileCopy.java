package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Copies a file, in whatever way. */
final class FileCopy implements Workload {
    private final Way way;
    private final Path from;
    private final Path to;

    /** How to copy. */
    interface Way {
        void copy(Path from, Path to) throws IOException;
    }

    /** Arguments: the file, and where to. */
    FileCopy(final Way way, final List<String> arguments) {
        this.way = way;
        from = Path.of(arguments.get(0));
        to = Path.of(arguments.get(1));
    }

    @Override
    public boolean worksOnCallersThread() {
        return true;
    }

    @Override
    public long run(final long milliseconds) throws IOException {
        final long end = System.nanoTime() + milliseconds * 1_000_000;
        long operations = 0;
        do {
            Files.deleteIfExists(to);
            way.copy(from, to);
            operations++;
        } while (System.nanoTime() < end);
        return operations;
    }
}
