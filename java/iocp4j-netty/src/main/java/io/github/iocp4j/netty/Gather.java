package io.github.iocp4j.netty;

import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.internal.raw.RawVector;
import io.github.iocp4j.socket.BufferList;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.ByteBuffer;

/**
 * The messages of one write, in order. Buffers with a memory address are written by it. Others, which are composed or
 * belong to a Netty without {@code Unsafe}, are written as {@link ByteBuffer}s. One write has buffers of one kind.
 * A loop has one object, because an operation reads the list only during the call that starts it.
 */
final class Gather implements ChannelOutboundBuffer.MessageProcessor {
    /** The most that one write passes to Windows, which locks these pages during the write. */
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_PARTS = BufferList.CAPACITY;

    private final ByteBuf memory = Unpooled.directBuffer(RawVector.size(MAX_PARTS), RawVector.size(MAX_PARTS));
    private final RawVector vector = new RawVector(memory.nioBuffer(0, memory.capacity()));
    private final BufferList buffers = new BufferList();
    private final ByteBuf[] messages = new ByteBuf[MAX_PARTS];
    private int messageCount;
    private int maxParts;
    private int maxBytes;
    private int parts;
    private int bytes;
    private boolean byAddress;
    private long firstAddress;
    private ByteBuffer first;

    /** Starts to collect. A device without gather writes takes one part. */
    Gather begin(final boolean oneOnly) {
        clear();
        maxParts = oneOnly ? 1 : MAX_PARTS;
        maxBytes = MAX_BYTES;
        return this;
    }

    /** Starts a write of one buffer that must not be divided. */
    Gather beginWhole() {
        begin(true);
        maxBytes = Integer.MAX_VALUE;
        return this;
    }

    @Override
    public boolean processMessage(final Object message) {
        if (!(message instanceof ByteBuf)) {
            return false;
        }
        final ByteBuf buffer = (ByteBuf) message;
        if (!buffer.isReadable()) {
            return true;
        }
        if (parts > 0 && byAddress != buffer.hasMemoryAddress()) {
            return false;
        }
        messages[messageCount++] = buffer;
        byAddress = buffer.hasMemoryAddress();
        if (byAddress) {
            addAddress(buffer.memoryAddress() + buffer.readerIndex(), buffer.readableBytes());
        } else if (buffer.nioBufferCount() == 1) {
            // The buffer's own view costs no object. Two messages may share it, so the write has only one such view.
            addBuffer(parts == 0 ? buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes())
                    : buffer.nioBuffer());
        } else {
            for (final ByteBuffer part : buffer.nioBuffers()) {
                if (part.hasRemaining() && hasRoom()) {
                    addBuffer(part);
                }
            }
        }
        return hasRoom();
    }

    /** Whether there is nothing to write. */
    boolean isEmpty() {
        return parts == 0;
    }

    /** Starts the write; returns the operation's id or an inline completion. */
    long write(final StreamDevice device, final long token) {
        if (!byAddress) {
            return parts == 1 ? device.write(first, token) : ((StreamSocket) device).writeFrom(buffers, token);
        }
        return parts == 1
                ? RawOperations.write(device, firstAddress, bytes, RawOperations.NO_TIMEOUT, token)
                : RawOperations.writeGather((StreamSocket) device, memory.memoryAddress(), parts,
                        RawOperations.NO_TIMEOUT, token);
    }

    int messageCount() {
        return messageCount;
    }

    ByteBuf message(final int index) {
        return messages[index];
    }

    /** Forgets the messages, which otherwise could not be collected. */
    void clear() {
        buffers.clear();
        while (messageCount > 0) {
            messages[--messageCount] = null;
        }
        parts = 0;
        bytes = 0;
        first = null;
    }

    void release() {
        memory.release();
    }

    private boolean hasRoom() {
        return parts < maxParts && bytes < maxBytes;
    }

    private void addAddress(final long address, final int length) {
        final int taken = Math.min(length, maxBytes - bytes);
        if (parts == 0) {
            firstAddress = address;
        }
        vector.set(parts++, address, taken);
        bytes += taken;
    }

    private void addBuffer(final ByteBuffer part) {
        final int taken = Math.min(part.remaining(), maxBytes - bytes);
        part.limit(part.position() + taken);
        if (parts == 0) {
            first = part;
        }
        buffers.add(part);
        parts++;
        bytes += taken;
    }
}
