package io.github.iocp4j.internal;

import java.nio.ByteBuffer;
import java.util.Objects;

/** Checks callers' buffers before the kernel gets their address. */
public final class Buffers {
    /** The largest number of buffers of one operation. */
    public static final int MAX_PARTS = 64;

    private Buffers() {
    }

    /** Checks what an operation reads into, from position to limit. */
    public static void checkReadInto(final ByteBuffer buffer) {
        checkDirect(buffer);
        if (buffer.isReadOnly()) {
            throw new ReadOnlyTargetException(buffer);
        }
    }

    public static void checkDirect(final ByteBuffer buffer) {
        Objects.requireNonNull(buffer, "buffer");
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("The buffer is on the Java heap, where the garbage collector may move"
                    + " it while Windows uses it: pass one from ByteBuffer.allocateDirect");
        }
    }

    /** Checks the number of buffers of one operation. */
    public static int checkCount(final int count) {
        if (count < 1 || count > MAX_PARTS) {
            throw new IllegalArgumentException(
                    "There are " + count + " buffers, but one operation takes from 1 to " + MAX_PARTS);
        }
        return count;
    }

    /**
     * Writes offset and length of each buffer's part from position to limit to the ranges, for one operation that uses
     * the first buffers of the array, as many as the count.
     */
    public static void copyRanges(final ByteBuffer[] buffers, final int count, final int[] ranges) {
        long total = 0;
        for (int i = 0; i < count; i++) {
            ranges[2 * i] = buffers[i].position();
            ranges[2 * i + 1] = buffers[i].remaining();
            total += buffers[i].remaining();
        }
        if (total > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "The buffers have " + total + " bytes together, but one operation transfers "
                            + Integer.MAX_VALUE + " at most");
        }
    }
}
