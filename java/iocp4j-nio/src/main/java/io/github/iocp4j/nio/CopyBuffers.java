package io.github.iocp4j.nio;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Direct buffers for the content of heap buffers. A small number of them is kept for the next operation, because the
 * memory of a direct buffer is only freed by the garbage collector.
 */
final class CopyBuffers {
    /** The largest buffer that is kept; a transfer of more bytes takes several operations. */
    static final int CHUNK = 1 << 16;

    private static final int SMALL = 1 << 13;
    private static final CopyBuffers SMALL_ONES = new CopyBuffers(SMALL, 256);
    private static final CopyBuffers CHUNKS = new CopyBuffers(CHUNK, 64);

    private final int size;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<ByteBuffer> kept = new ArrayDeque<>();

    private CopyBuffers(final int size, final int most) {
        this.size = size;
        this.most = most;
    }

    /** Returns a direct buffer with that limit. */
    static ByteBuffer take(final int bytes) {
        final ByteBuffer buffer = bytes <= SMALL ? SMALL_ONES.take() : bytes <= CHUNK ? CHUNKS.take()
                : ByteBuffer.allocateDirect(bytes);
        return buffer.clear().limit(bytes);
    }

    /** Takes back a buffer that the kernel does not use any more. */
    static void giveBack(final ByteBuffer buffer) {
        if (buffer.capacity() == SMALL) {
            SMALL_ONES.keep(buffer);
        } else if (buffer.capacity() == CHUNK) {
            CHUNKS.keep(buffer);
        }
    }

    private ByteBuffer take() {
        lock.lock();
        try {
            if (!kept.isEmpty()) {
                return kept.pop();
            }
        } finally {
            lock.unlock();
        }
        return ByteBuffer.allocateDirect(size);
    }

    private void keep(final ByteBuffer buffer) {
        lock.lock();
        try {
            if (kept.size() < most) {
                kept.push(buffer);
            }
        } finally {
            lock.unlock();
        }
    }
}
