package io.github.iocp4j;

import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads without a kernel: they complete at once. For benchmarks. */
public final class SyntheticSubmission implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Path path;
    private final CompletionPort port;
    private final OverlappedFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
    private final RegisteredBuffer memory = RegisteredBuffer.register(buffer);
    private final RegisteredSlice slice = memory.slice();
    private final FilePosition start = FilePosition.at(0);

    /**
     * Opens a file that is never read.
     *
     * @throws IOException when that fails
     */
    public SyntheticSubmission() throws IOException {
        path = Files.createTempFile("submission", ".bin");
        port = CompletionPort.open(batch -> { });
        file = OverlappedFile.open(port, path);
        file.completeInline();
        readAtOnce();
    }

    /**
     * A read that completes inline.
     *
     * @return what it answers
     */
    public long read() {
        return file.read(buffer, start, 0);
    }

    /**
     * The same in a registered buffer.
     *
     * @return what it answers
     */
    public long readRegistered() {
        return file.readInto(slice, start, 0);
    }

    /**
     * A native method that does nothing.
     *
     * @return something
     */
    public long call() {
        return nothing(file.key());
    }

    @Override
    public void close() throws IOException {
        port.close();
        memory.close();
        Files.delete(path);
    }

    private static native void readAtOnce();

    private static native long nothing(long device);
}
