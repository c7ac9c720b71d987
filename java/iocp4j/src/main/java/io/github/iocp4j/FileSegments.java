package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Memory in several places for one read or write of an unbuffered {@link OverlappedFile}: whole pages, which are filled
 * or written one after another as if they lay side by side ({@code ReadFileScatter}, {@code WriteFileGather}).
 *
 * <p>Made once and used for any number of operations, of which those in flight at the same time share the memory.
 */
public final class FileSegments {
    /** The size of a page, in bytes: what each segment begins at a multiple of and is a multiple of. */
    public static final int PAGE = 4096;

    private final ByteBuffer[] segments;
    private final int length;

    private FileSegments(final ByteBuffer[] segments, final int length) {
        this.segments = segments;
        this.length = length;
    }

    /**
     * Takes what lies between position and limit of each buffer. Nothing is copied; the buffers' positions and limits
     * do not count afterwards.
     *
     * @param buffers direct buffers; the bytes of each begin on a page and are one or more pages
     * @return the segments, in the order of the buffers
     * @throws IllegalArgumentException when a buffer is not direct, when its bytes are not whole pages, or when all
     *     together are none or more than {@link Integer#MAX_VALUE} bytes
     * @throws java.nio.ReadOnlyBufferException when a buffer is read-only
     */
    public static FileSegments of(final ByteBuffer... buffers) {
        final ByteBuffer[] segments = new ByteBuffer[buffers.length];
        long length = 0;
        for (int i = 0; i < buffers.length; i++) {
            final ByteBuffer buffer = Objects.requireNonNull(buffers[i], "buffer");
            Buffers.checkReadInto(buffer, buffer.position(), buffer.remaining());
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
     * How many bytes one operation reads or writes.
     *
     * @return the length of all segments together
     */
    public int length() {
        return length;
    }

    /** For native code, which keeps the array while the kernel uses the memory. Nobody writes to it. */
    ByteBuffer[] array() {
        return segments;
    }
}
