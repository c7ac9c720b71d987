package io.github.iocp4j;

import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.internal.raw.RawVector;
import io.github.iocp4j.socket.BufferList;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Transfers without a kernel: they complete at once. For benchmarks. */
public final class SyntheticSubmission implements AutoCloseable {
    private static final int BLOCK = 4096;
    private static final int PARTS = 8;

    private final Path path;
    private final CompletionPort port;
    private final OverlappedFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK);
    private final RegisteredBuffer memory = RegisteredBuffer.register(buffer);
    private final RegisteredSlice slice = memory.slice();
    private final FilePosition start = FilePosition.at(0);
    private final StreamSocket socket;
    private final ByteBuffer[] parts = new ByteBuffer[PARTS];
    private final BufferList list = new BufferList();
    private final ByteBuffer vectorMemory = ByteBuffer.allocateDirect(RawVector.size(PARTS));
    private final RawVector vector = new RawVector(vectorMemory);
    private final long vectorAddress;
    private final long bufferAddress;

    /**
     * Opens a file that is never read, and a socket that never sends.
     *
     * @throws IOException when that fails
     */
    public SyntheticSubmission() throws IOException {
        path = Files.createTempFile("submission", ".bin");
        port = CompletionPort.open(batch -> { });
        file = OverlappedFile.open(port, path);
        file.completeInline();
        socket = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
        socket.completeInline();
        for (int i = 0; i < PARTS; i++) {
            parts[i] = buffer.duplicate().position(i * (BLOCK / PARTS)).limit((i + 1) * (BLOCK / PARTS)).slice();
        }
        bufferAddress = address(buffer);
        vectorAddress = address(vectorMemory);
        transferAtOnce();
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
     * A write that completes inline.
     *
     * @return what it answers
     */
    public long write() {
        return socket.write(buffer, 0);
    }

    /**
     * The same in memory that is given by its address.
     *
     * @return what it answers
     */
    public long writeRaw() {
        return RawOperations.write(socket, bufferAddress, BLOCK, RawOperations.NO_TIMEOUT, 0);
    }

    /**
     * A write of eight buffers that completes inline.
     *
     * @return what it answers
     */
    public long gather() {
        return socket.writeGather(parts, 0);
    }

    /**
     * The same by a list of buffers, which is filled anew.
     *
     * @return what it answers
     */
    public long gatherList() {
        list.clear();
        for (final ByteBuffer part : parts) {
            list.add(part);
        }
        return socket.writeFrom(list, 0);
    }

    /**
     * The same in memory that is given by its addresses, which are listed anew.
     *
     * @return what it answers
     */
    public long gatherRaw() {
        for (int i = 0; i < PARTS; i++) {
            vector.set(i, bufferAddress + i * (BLOCK / PARTS), BLOCK / PARTS);
        }
        return RawOperations.writeGather(socket, vectorAddress, PARTS, RawOperations.NO_TIMEOUT, 0);
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

    private static native void transferAtOnce();

    private static native long address(ByteBuffer direct);

    private static native long nothing(long device);
}
