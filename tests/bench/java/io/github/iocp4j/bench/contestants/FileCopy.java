package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Copies a file, in whatever way. */
final class FileCopy implements Repeated {
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
    public void once() throws IOException {
        Files.deleteIfExists(to);
        way.copy(from, to);
    }
}
