package io.github.iocp4j.tools.copy;

import java.io.IOException;
import java.nio.file.Path;

/** The work of the tool copy without options, for benchmarks. */
public final class DefaultCopy {
    private static final int BLOCK = 1 << 20;
    private static final int DEPTH = 4;
    private static final int FILES = 8;
    private static final CopySettings SETTINGS = new CopySettings(BLOCK, DEPTH, FILES, false, false);

    private DefaultCopy() {
    }

    /**
     * Copies a file.
     *
     * @param from the file
     * @param to where to
     * @throws IOException when that fails
     */
    public static void file(final Path from, final Path to) throws IOException {
        try (CopyEngine engine = new CopyEngine(SETTINGS, new Stop(), new Progress())) {
            engine.copy(from, to);
        }
    }

    /**
     * Copies a folder with all that is in it.
     *
     * @param from the folder
     * @param to where to
     * @throws IOException when anything cannot be copied
     */
    public static void folder(final Path from, final Path to) throws IOException {
        final Stop stop = new Stop();
        try (CopyEngine engine = new CopyEngine(SETTINGS, stop, new Progress())) {
            final long failures = new TreeCopy(engine::copy, FILES, false, stop, from, to,
                    new Complaints(System.err::println)).copy();
            if (failures > 0) {
                throw new IOException(failures + " could not be copied");
            }
        }
    }
}
