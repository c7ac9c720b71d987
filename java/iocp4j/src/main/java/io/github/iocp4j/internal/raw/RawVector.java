package io.github.iocp4j.internal.raw;

import io.github.iocp4j.internal.Buffers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Writes the list of addresses and lengths of {@link RawOperations#readScatter} and {@link RawOperations#writeGather},
 * an array of {@code WSABUF}, to memory of the caller. One list is enough for a thread: an operation reads it only
 * during the call that starts it.
 */
public final class RawVector {
    private static final int PART = 16;
    private static final int LENGTH_OFFSET = 0;
    private static final int ADDRESS_OFFSET = 8;

    private final ByteBuffer memory;

    /**
     * Uses memory for a list.
     *
     * @param memory direct, from 0 to its capacity; its address is what the operations get
     */
    public RawVector(final ByteBuffer memory) {
        Buffers.checkReadInto(memory);
        this.memory = memory.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The number of bytes of a list with so many parts. */
    public static int size(final int parts) {
        return Math.multiplyExact(parts, PART);
    }

    /** The number of parts that the memory has room for. */
    public int capacity() {
        return memory.capacity() / PART;
    }

    /** Sets one part. The operation checks the range. */
    public void set(final int index, final long address, final int length) {
        final int at = Objects.checkIndex(index, capacity()) * PART;
        memory.putInt(at + LENGTH_OFFSET, length).putLong(at + ADDRESS_OFFSET, address);
    }
}
