package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;

/** Checks the buffers that callers hand in, before the kernel is given their address. */
final class Buffers {
    private Buffers() {
    }

    static void checkReadInto(final ByteBuffer buffer, final int offset, final int length) {
        checkWriteFrom(buffer, offset, length);
        if (buffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
    }

    static void checkWriteFrom(final ByteBuffer buffer, final int offset, final int length) {
        Objects.requireNonNull(buffer, "buffer");
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("The buffer is on the Java heap, where the garbage collector may move"
                    + " it under the kernel's hands: pass one from ByteBuffer.allocateDirect");
        }
        if ((offset | length) < 0 || offset > buffer.limit() - length) {
            throw new IndexOutOfBoundsException("offset " + offset + " and length " + length
                    + " do not lie within the buffer's limit of " + buffer.limit());
        }
    }
}
