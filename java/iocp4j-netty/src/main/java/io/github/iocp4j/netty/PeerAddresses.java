package io.github.iocp4j.netty;

import io.github.iocp4j.socket.SocketAddressBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The addresses of some datagrams in flight, in one piece of memory that Windows reads and writes. */
final class PeerAddresses {
    private final ByteBuf memory;
    private final SocketAddressBuffer[] buffers;

    PeerAddresses(final int count) {
        memory = Unpooled.directBuffer(count * SocketAddressBuffer.SIZE, count * SocketAddressBuffer.SIZE);
        buffers = new SocketAddressBuffer[count];
        for (int i = 0; i < count; i++) {
            buffers[i] = SocketAddressBuffer.in(
                    memory.nioBuffer(i * SocketAddressBuffer.SIZE, SocketAddressBuffer.SIZE));
        }
    }

    SocketAddressBuffer buffer(final int index) {
        return buffers[index];
    }

    /** Whether operations can use the addresses of this memory and of the data. */
    boolean isUsedWith(final ByteBuf data) {
        return memory.hasMemoryAddress() && data.hasMemoryAddress();
    }

    long address(final int index) {
        return memory.memoryAddress() + index * SocketAddressBuffer.SIZE;
    }

    /** No operation may be in flight. */
    void release() {
        memory.release();
    }
}
