package io.github.iocp4j.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A file of random bytes to read. The system keeps it in its cache if possible. */
final class CachedFile implements Contest.Preparation {
    private static final int PIECE = 1 << 20;

    private final Path path;
    private final long length;

    CachedFile(final Path path, final long length) {
        this.path = path;
        this.length = length;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Makes the file unless it is there, and reads it once. */
    @Override
    public void prepare() throws IOException {
        Files.createDirectories(path.getParent());
        if (!Files.exists(path) || Files.size(path) != length) {
            write();
        }
        try (OutputStream nowhere = OutputStream.nullOutputStream()) {
            Files.copy(path, nowhere);
        }
    }

    private void write() throws IOException {
        final Random random = new Random(1);
        final byte[] piece = new byte[PIECE];
        try (OutputStream out = Files.newOutputStream(path)) {
            for (long written = 0; written < length; written += PIECE) {
                random.nextBytes(piece);
                out.write(piece);
            }
        }
    }
}
