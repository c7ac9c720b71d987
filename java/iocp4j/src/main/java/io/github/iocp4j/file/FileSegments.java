package io.github.iocp4j.file;

import io.github.iocp4j.internal.Buffers;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A list of page-aligned buffers. One read of an unbuffered {@link OverlappedFile} fills them in order
 * ({@code ReadFileScatter}), and one write writes them in order ({@code WriteFileGather}).
 *
 * <p>One object can be used for any number of operations; operations in flight at the same time use the same memory.
 */
public final class FileSegments {
    /** The size of a page, in bytes: each segment's address and length are multiples of it. */
    public static final int PAGE = 4096;

    private final ByteBuffer[] segments;
    private final int length;

    private FileSegments(final ByteBuffer[] segments, final int length) {
        this.segments = segments;
        this.length = length;
    }

    /**
     * Uses each buffer from its position to its limit, without copying. Later changes of positions and limits have no
     * effect.
     *
     * @param buffers direct buffers; each range begins at a page boundary and has one or more whole pages
     * @return the segments, in the order of the buffers
     * @throws IllegalArgumentException when a buffer is not direct, when a range is not one or more whole pages, or
     *     when the ranges together have no bytes or more than {@link Integer#MAX_VALUE} bytes
     * @throws java.nio.ReadOnlyBufferException when a buffer is read-only
     */
    public static FileSegments of(final ByteBuffer... buffers) {
        final ByteBuffer[] segments = new ByteBuffer[buffers.length];
        long length = 0;
        for (int i = 0; i < buffers.length; i++) {
            final ByteBuffer buffer = Objects.requireNonNull(buffers[i], "buffer");
            Buffers.checkReadInto(buffer);
            if (buffer.remaining() == 0 || buffer.remaining() % PAGE != 0) {
                throw new IllegalArgumentException("Segment " + i + " has " + buffer.remaining()
                        + " bytes, but must be one or more whole pages of " + PAGE);
            }
            if (buffer.alignmentOffset(buffer.position(), PAGE) != 0) {
                throw new IllegalArgumentException("Segment " + i + " begins "
                        + buffer.alignmentOffset(buffer.position(), PAGE) + " bytes behind a multiple of " + PAGE
                        + ": take it from ByteBuffer.alignedSlice");
            }
            segments[i] = buffer.slice();
            length += buffer.remaining();
        }
        if (length == 0 || length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("The segments have " + length + " bytes together, but one operation"
                    + " takes from 1 page to " + Integer.MAX_VALUE + " bytes");
        }
        return new FileSegments(segments, (int) length);
    }

    /**
     * The number of bytes that one operation reads or writes.
     *
     * @return the sum of the segments' lengths
     */
    public int length() {
        return length;
    }

    /**
     * For native code, which keeps a reference to the array while the kernel uses the memory. The array never changes.
     */
    ByteBuffer[] array() {
        return segments;
    }
}
