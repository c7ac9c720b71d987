package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A folder with folders of small files, as in source trees and mail stores; always the same files. */
final class SmallFiles implements Contest.Preparation {
    private static final int PER_FOLDER = 100;
    private static final int SMALLEST = 1 << 10;
    private static final int LARGEST = 16 << 10;

    private final Path folder;
    private final int count;

    SmallFiles(final Path folder, final int count) {
        this.folder = folder;
        this.count = count;
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    @Override
    public void prepare() throws IOException {
        final Random random = new Random(1);
        for (int i = 0; i < count; i++) {
            final Path in = folder.resolve("folder" + i / PER_FOLDER);
            if (i % PER_FOLDER == 0) {
                Files.createDirectories(in);
            }
            final byte[] bytes = new byte[SMALLEST + random.nextInt(LARGEST - SMALLEST + 1)];
            random.nextBytes(bytes);
            Files.write(in.resolve("file" + i), bytes);
        }
    }
}
