package io.github.iocp4j.tools.copy;

import java.nio.ByteBuffer;

/** Memory for one part of a file on its way. Belongs to one {@link Pass} at a time, which has one operation on it. */
final class Block {
    final int index;
    /** What was read of the source. */
    final ByteBuffer data;
    /** What was read of the copy, to be compared; null where nothing is. */
    final ByteBuffer written;

    Pass pass;
    /** Where in the file the part begins, and how long it is. */
    long position;
    int length;
    /** How far the pass has got with it; what that means is the pass's. Begins with 0. */
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
