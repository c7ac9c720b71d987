package io.github.iocp4j.tools.copy;

import java.io.IOException;
import java.nio.file.Path;

/** The number of files and bytes to copy. */
final class Amount implements SourceWalk.Visitor {
    private final Stop stop;
    long bytes;
    long files;

    private Amount(final Stop stop) {
        this.stop = stop;
    }

    /** Counts a file, or a folder with everything that can be read in it. */
    static Amount of(final Path path, final boolean followLinks, final Stop stop) throws IOException {
        final Amount amount = new Amount(stop);
        SourceWalk.walk(path, null, followLinks, amount);
        return amount;
    }

    @Override
    public void enter(final Path folder) {
    }

    @Override
    public void leave(final Path folder) {
    }

    @Override
    public void file(final Path file, final long size) {
        bytes += size;
        files++;
    }

    @Override
    public void leaveOut(final IOException why) {
        // The copy meets the same failure, and reports it.
    }

    @Override
    public boolean goesOn() {
        return !stop.isWanted();
    }
}
