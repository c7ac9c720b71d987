package io.github.iocp4j.tools.copy;

import java.io.IOException;
import java.nio.file.Path;

/** What the tool copy does without options, for benchmarks. */
public final class DefaultCopy {
    private static final int BLOCK = 1 << 20;
    private static final int DEPTH = 8;
    private static final int FILES = 8;

    private DefaultCopy() {
    }

    /**
     * Copies a file.
     *
     * @param from the file
     * @param to where to
     * @throws IOException when that fails
     */
    public static void copy(final Path from, final Path to) throws IOException {
        final CopySettings settings = new CopySettings(BLOCK, DEPTH, FILES, false, false);
        try (CopyEngine engine = new CopyEngine(settings, new Stop(), new Progress())) {
            engine.copy(from, to);
        }
    }
}
