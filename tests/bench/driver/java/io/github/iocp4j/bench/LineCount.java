package io.github.iocp4j.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Counts the lines of a file to which another process writes, each line once. */
final class LineCount implements Closeable {
    private static final int PIECE = 1 << 16;
    private static final int POLL_MILLIS = 5;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ByteBuffer piece = ByteBuffer.allocate(PIECE);
    private final FileChannel file;

    LineCount(final Path path) throws IOException {
        file = FileChannel.open(path);
    }

    /** Waits until the file has that many more lines; there must never be more. */
    void awaitMore(final long expected) throws IOException {
        final long end = System.nanoTime() + TIMEOUT_NANOS;
        long lines = count();
        while (lines < expected && System.nanoTime() - end < 0) {
            pause();
            lines += count();
        }
        if (lines != expected) {
            throw new IOException("Of " + expected + " messages " + lines + " are in the log");
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The lines added since the last call. */
    private long count() throws IOException {
        long lines = 0;
        while (file.read(piece.clear()) > 0) {
            for (int i = 0; i < piece.position(); i++) {
                if (piece.get(i) == '\n') {
                    lines++;
                }
            }
        }
        return lines;
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", interrupted);
        }
    }
}
