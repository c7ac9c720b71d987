package io.github.iocp4j.nio;

import io.github.iocp4j.socket.BufferList;
import java.nio.ByteBuffer;

/**
 * The buffers of the caller in one operation of a direction, and the direct memory that Windows uses for them: the same
 * memory where that is possible, else a copy.
 */
final class TransferBuffers {
    private final boolean write;
    /** The caller's: one of the two is null. */
    private ByteBuffer one;
    private ByteBuffer[] many;
    /** The content of heap buffers, in their order; null when there is none. */
    private ByteBuffer copy;
    /** Made when the direction first transfers several buffers at once. */
    private BufferList list;
    /** Whether the operation in flight uses the list. */
    private boolean listed;

    TransferBuffers(final boolean write) {
        this.write = write;
    }

    boolean isWrite() {
        return write;
    }

    void hold(final ByteBuffer single, final ByteBuffer[] several) {
        one = single;
        many = several;
    }

    long remaining() {
        if (one != null) {
            return one.remaining();
        }
        long total = 0;
        for (final ByteBuffer buffer : many) {
            total += buffer.remaining();
        }
        return total;
    }

    /**
     * Prepares the next native operation.
     *
     * @param gathers whether the device takes a list
     * @param whole whether a write must be one native operation, because it is a message
     * @return the one direct buffer to transfer; null when it is {@link #list()}
     */
    ByteBuffer prepare(final boolean gathers, final boolean whole) {
        listed = false;
        if (one != null && one.isDirect()) {
            return one;
        }
        if (one == null && gathers) {
            listed = true;
            fillList();
            return null;
        }
        final int room = (int) Math.min(remaining(), write && whole ? Integer.MAX_VALUE : CopyBuffers.CHUNK);
        takeCopy(room);
        if (write) {
            fillCopy();
            copy.flip();
        }
        return copy;
    }

    BufferList list() {
        return list;
    }

    /** Advances the caller's buffers by the transferred bytes, and fills them from the copy. */
    void advance(final int bytes) {
        if (copy != null) {
            copy.clear();
        }
        if (one != null) {
            advance(one, bytes);
            return;
        }
        int left = bytes;
        for (int i = 0; left > 0; i++) {
            final int count = Math.min(left, many[i].remaining());
            advance(many[i], count);
            left -= count;
        }
    }

    /** The operation is over: forgets the caller's buffers. */
    void release() {
        one = null;
        many = null;
        if (list != null) {
            list.clear();
        }
        if (copy != null) {
            CopyBuffers.giveBack(copy);
            copy = null;
        }
    }

    private void advance(final ByteBuffer buffer, final int bytes) {
        final boolean copied = copy != null && !(buffer.isDirect() && (listed || buffer == one));
        if (write || !copied) {
            buffer.position(buffer.position() + bytes);
        } else {
            copy.limit(copy.position() + bytes);
            buffer.put(copy);
            copy.limit(copy.capacity());
        }
    }

    private void fillCopy() {
        if (one != null) {
            put(one);
            return;
        }
        for (final ByteBuffer buffer : many) {
            put(buffer);
        }
    }

    /** Adds the buffers in order, until the list, the copy or the range of the byte count is full. */
    private void fillList() {
        if (list == null) {
            list = new BufferList();
        }
        list.clear();
        if (copy != null) {
            copy.clear();
        }
        long total = 0;
        for (final ByteBuffer buffer : many) {
            final int wanted = buffer.remaining();
            total += wanted;
            if (list.size() == BufferList.CAPACITY || total > Integer.MAX_VALUE) {
                return;
            }
            if (wanted > 0 && (buffer.isDirect() ? add(buffer) : addCopy(buffer)) < wanted) {
                return;
            }
        }
    }

    private int add(final ByteBuffer direct) {
        list.add(direct);
        return direct.remaining();
    }

    /** Adds as much of a heap buffer as there is room for. */
    private int addCopy(final ByteBuffer heap) {
        if (copy == null) {
            takeCopy((int) Math.min(remaining(), CopyBuffers.CHUNK));
        }
        final int count = Math.min(heap.remaining(), copy.remaining());
        if (count > 0) {
            final ByteBuffer part = copy.duplicate();
            part.limit(part.position() + count);
            if (write) {
                put(heap);
            } else {
                copy.position(part.limit());
            }
            list.add(part);
        }
        return count;
    }

    /** Copies as much as fits, and leaves the buffer's position. */
    private void put(final ByteBuffer source) {
        final ByteBuffer data = source.duplicate();
        data.limit(data.position() + Math.min(data.remaining(), copy.remaining()));
        copy.put(data);
    }

    private void takeCopy(final int bytes) {
        if (copy != null && copy.capacity() >= bytes) {
            copy.clear().limit(bytes);
            return;
        }
        if (copy != null) {
            CopyBuffers.giveBack(copy);
            copy = null;
        }
        copy = CopyBuffers.take(bytes);
    }
}
