package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A file to read, small enough to stay in the system's cache. */
final class CachedFile {
    private static final int LENGTH = 64 << 20;

    private CachedFile() {
    }

    /** Makes the file unless it is there, and reads it once. */
    static Path in(final Path folder) throws IOException {
        final Path file = Files.createDirectories(folder).resolve("cached.bin");
        if (!Files.exists(file) || Files.size(file) != LENGTH) {
            final byte[] content = new byte[LENGTH];
            new Random(1).nextBytes(content);
            Files.write(file, content);
        }
        Files.readAllBytes(file);
        return file;
    }
}
