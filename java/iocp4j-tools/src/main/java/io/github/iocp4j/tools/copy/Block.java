package io.github.iocp4j.tools.copy;

import io.github.iocp4j.file.FilePosition;
import java.nio.ByteBuffer;

/** Memory for one part of a file in flight. It belongs to one {@link Pass} at a time, which has one operation on it. */
final class Block {
    final int index;
    /** Data of the source. */
    final ByteBuffer data;
    /** Data of the copy, for comparison; null when nothing is compared. */
    final ByteBuffer written;
    /** Where in the file an operation begins: set for each. */
    final FilePosition place = FilePosition.at(0);

    Pass pass;
    /** The position and length of the part. */
    long position;
    int length;
    /** The state of the part, which the pass defines. It begins with 0. */
    int done;

    Block(final int index, final int size, final boolean compared) {
        this.index = index;
        data = aligned(size);
        written = compared ? aligned(size) : null;
    }

    private static ByteBuffer aligned(final int size) {
        final int unit = CopySettings.BLOCK_UNIT;
        return ByteBuffer.allocateDirect(size + unit - 1).alignedSlice(unit).limit(size).slice();
    }
}
