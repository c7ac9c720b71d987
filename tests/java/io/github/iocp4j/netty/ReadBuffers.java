package io.github.iocp4j.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import java.util.function.Supplier;

/** Gives the reads of a channel buffers that are not those of the channel's allocator. */
final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
    private final Supplier<ByteBuf> buffers;

    ReadBuffers(final Supplier<ByteBuf> buffers) {
        this.buffers = buffers;
    }

    @Override
    @SuppressWarnings("deprecation")
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(final ByteBufAllocator unused) {
                return buffers.get();
            }

            @Override
            public int guess() {
                throw new IllegalStateException("allocate does not ask");
            }
        };
    }
}
