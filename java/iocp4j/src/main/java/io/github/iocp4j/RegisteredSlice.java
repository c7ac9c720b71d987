package io.github.iocp4j;

import java.nio.ByteBuffer;

/**
 * A part of a {@link RegisteredBuffer} for reads and writes. An operation uses the bytes from position to limit of
 * {@link #buffer}; it reads both when it starts and never changes them.
 *
 * <p>Create slices once, for example one for each connection, and use them for any number of operations. A slice is not
 * closed; it cannot be used after its registered buffer is closed.
 */
public final class RegisteredSlice {
    private final RegisteredBuffer whole;
    private final ByteBuffer buffer;
    private final int start;

    RegisteredSlice(final RegisteredBuffer whole, final ByteBuffer buffer, final int start) {
        this.whole = whole;
        this.buffer = buffer;
        this.start = start;
    }

    /**
     * The memory of this slice, a result of {@link ByteBuffer#slice} with its own position, limit and byte order.
     *
     * @return the same object each time
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public String toString() {
        return "RegisteredSlice[" + buffer.capacity() + " bytes from " + start + " of " + whole + ']';
    }

    /** Where in the registered buffer an operation begins. */
    int offset() {
        return start + buffer.position();
    }

    /** How many bytes an operation uses. */
    int length() {
        return buffer.remaining();
    }

    /** The registered buffer's key, for an operation that writes to the memory. */
    long keyToReadInto() {
        return whole.keyToReadInto();
    }

    /** The registered buffer's key, for an operation that reads the memory. */
    long keyToWriteFrom() {
        return whole.keyToWriteFrom();
    }
}
