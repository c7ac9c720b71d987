package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Checks the position and length of file operations. */
final class FileRanges {
    private FileRanges() {
    }

    static void check(final long position, final long length) {
        if (position < 0) {
            throw new IllegalArgumentException(
                    "The position is " + position + ", but must be at least 0; append() writes at the end of the file");
        }
        if (position > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("Position " + position + " and length " + length
                    + " go beyond 2^63 - 1, which is the largest position in a file");
        }
    }

    static void checkLock(final long position, final long length) {
        if (length < 1) {
            throw new IllegalArgumentException("A range to lock has at least 1 byte, not " + length);
        }
        check(position, length);
    }

    /** The alignment that Windows requires of unbuffered operations; it is 1 for all others. */
    static void checkAligned(
            final int alignment, final ByteBuffer buffer, final int offset, final int length, final long position) {
        if (alignment == 1) {
            return;
        }
        checkAligned(alignment, "position", position);
        checkAligned(alignment, "length", length);
        final int beyond = buffer.alignmentOffset(offset, alignment);
        if (beyond != 0) {
            throw misaligned(alignment, "buffer's address at offset " + offset + " is " + beyond
                    + " bytes beyond one; OverlappedFile.allocate makes buffers that begin at one");
        }
    }

    static void checkAligned(final int alignment, final String what, final long value) {
        if ((value & alignment - 1) != 0) {
            throw misaligned(alignment, what + " is " + value);
        }
    }

    private static IllegalArgumentException misaligned(final int alignment, final String what) {
        return new IllegalArgumentException("The file is unbuffered, so that position, length and address must be"
                + " multiples of " + alignment + ": the " + what);
    }
}
