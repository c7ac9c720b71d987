package io.github.iocp4j.tools.copy;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** How much there is to copy. */
final class Amount {
    long bytes;
    long files;

    /** Of a file, or of a folder with all that can be seen in it. */
    static Amount of(final Path path) throws IOException {
        final Amount amount = new Amount();
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
                amount.bytes += attributes.size();
                amount.files++;
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(final Path file, final IOException failed) {
                // The copy will come here, too, and tell.
                return FileVisitResult.CONTINUE;
            }
        });
        return amount;
    }
}
