package io.github.iocp4j.socket;

import io.github.iocp4j.internal.Buffers;
import java.nio.ByteBuffer;

/**
 * Buffers of one {@link StreamSocket#readInto(BufferList, long)} or {@link StreamSocket#writeFrom(BufferList, long)},
 * which the operation uses in order, each from its position to its limit.
 *
 * <p>One list can be used for any number of operations, which then allocate nothing. An operation reads the list, the
 * positions and the limits when it starts. Afterwards the list may be cleared and filled again: the operation keeps its
 * buffers alive until its completion. A list is for one thread at a time.
 */
public final class BufferList {
    /** The largest number of buffers. */
    public static final int CAPACITY = Buffers.MAX_PARTS;

    private final ByteBuffer[] buffers = new ByteBuffer[CAPACITY];
    /** Offset and length of each buffer. */
    private final int[] ranges = new int[2 * CAPACITY];
    private int size;

    /** Creates a list without buffers. */
    public BufferList() {
        // Empty.
    }

    /**
     * Adds a buffer at the end.
     *
     * @param buffer a direct buffer, which may also be that of a registered slice; only {@code writeFrom} takes a
     *     read-only buffer
     * @return this
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws IllegalStateException when the list has {@link #CAPACITY} buffers already
     */
    public BufferList add(final ByteBuffer buffer) {
        Buffers.checkDirect(buffer);
        if (size == CAPACITY) {
            throw new IllegalStateException("The list is full: one operation takes " + CAPACITY + " buffers at most");
        }
        buffers[size++] = buffer;
        return this;
    }

    /**
     * Removes all buffers.
     *
     * @return this
     */
    public BufferList clear() {
        while (size > 0) {
            buffers[--size] = null;
        }
        return this;
    }

    /**
     * The number of buffers.
     *
     * @return from 0 to {@link #CAPACITY}
     */
    public int size() {
        return size;
    }

    /**
     * The number of bytes between the positions and the limits of all buffers.
     *
     * @return the sum, of which one operation transfers {@link Integer#MAX_VALUE} at most
     */
    public long remaining() {
        long total = 0;
        for (int i = 0; i < size; i++) {
            total += buffers[i].remaining();
        }
        return total;
    }

    @Override
    public String toString() {
        return "BufferList[" + size + " buffers, " + remaining() + " bytes]";
    }

    /** Checks the buffers of an operation that writes to the memory. */
    void checkReadInto() {
        for (int i = 0; i < size; i++) {
            Buffers.checkReadInto(buffers[i]);
        }
    }

    ByteBuffer[] buffers() {
        return buffers;
    }

    /** For an operation that starts now: offset and length of each buffer. */
    int[] ranges() {
        Buffers.copyRanges(buffers, Buffers.checkCount(size), ranges);
        return ranges;
    }
}
