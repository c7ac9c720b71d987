package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.buffer.UnpooledUnsafeDirectByteBuf;
import io.netty.util.internal.PlatformDependent;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps the memory of each released buffer, filled with a pattern. If Windows writes to a buffer after its release,
 * the pattern is damaged.
 */
final class CanaryAllocator extends AbstractByteBufAllocator {
    private static final byte PATTERN = 0x5a;

    private final Queue<ByteBuffer> released = new ConcurrentLinkedQueue<>();
    private final AtomicLong live = new AtomicLong();

    private final boolean addresses;

    /** Makes buffers of the kind that Netty makes in this JVM. */
    CanaryAllocator() {
        this(PlatformDependent.hasUnsafe());
    }

    /**
     * Makes buffers that have a memory address or, as those of a Netty without {@code Unsafe}, none.
     */
    CanaryAllocator(final boolean addresses) {
        super(true);
        this.addresses = addresses;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    @Override
    protected ByteBuf newHeapBuffer(final int initialCapacity, final int maxCapacity) {
        return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(final int initialCapacity, final int maxCapacity) {
        live.incrementAndGet();
        final ByteBuffer memory = ByteBuffer.allocateDirect(initialCapacity);
        return addresses ? new WithAddress(memory, maxCapacity) : new WithoutAddress(memory, maxCapacity);
    }

    /** Every buffer is released, and none was written to afterwards. */
    void verify() {
        assertThat(live).hasValue(0);
        for (final ByteBuffer memory : released) {
            assertThat(memory).isEqualTo(pattern(memory.remaining()));
        }
    }

    int releasedCount() {
        return released.size();
    }

    private static ByteBuffer pattern(final int length) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, PATTERN);
        return ByteBuffer.wrap(bytes);
    }

    private void deallocated(final ByteBuffer memory) {
        memory.clear();
        memory.put(pattern(memory.capacity())).flip();
        released.add(memory);
        live.decrementAndGet();
    }

    private final class WithAddress extends UnpooledUnsafeDirectByteBuf {
        private final ByteBuffer memory;

        WithAddress(final ByteBuffer memory, final int maxCapacity) {
            super(CanaryAllocator.this, memory, maxCapacity);
            this.memory = memory;
            clear();
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            deallocated(memory);
        }
    }

    private final class WithoutAddress extends UnpooledDirectByteBuf {
        private final ByteBuffer memory;

        WithoutAddress(final ByteBuffer memory, final int maxCapacity) {
            super(CanaryAllocator.this, memory, maxCapacity);
            this.memory = memory;
            clear();
        }

        @Override
        public boolean hasMemoryAddress() {
            return false;
        }

        @Override
        public long memoryAddress() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            deallocated(memory);
        }
    }
}
