package io.github.iocp4j.file;

import java.nio.ByteBuffer;

/** Checks the position and length of file operations. */
final class FileRanges {
    private FileRanges() {
    }

    static void check(final long position, final long length) {
        if (position > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("Position " + position + " and length " + length
                    + " go beyond 2^63 - 1, which is the largest position in a file");
        }
    }

    /** What Windows asks of unbuffered operations; an alignment of 1 is that of all others. */
    static void checkAligned(final int alignment, final ByteBuffer buffer, final long position) {
        if (alignment == 1) {
            return;
        }
        checkAligned(alignment, "position", position);
        checkAligned(alignment, "length", buffer.remaining());
        final int beyond = buffer.alignmentOffset(buffer.position(), alignment);
        if (beyond != 0) {
            throw misaligned(alignment, "buffer's address at position " + buffer.position() + " is " + beyond
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
