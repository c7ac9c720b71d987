package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Buffers for calls that must not change them, or the memory on either side of them. */
final class CanaryBuffers {
    static final int SLICE = 512;
    private static final byte CANARY = (byte) 0xEE;
    private static final byte DATA = 0x11;

    private final List<ByteBuffer> whole = new ArrayList<>();
    private final List<ByteBuffer> slices = new ArrayList<>();

    CanaryBuffers() {
        for (int i = 0; i < 8; i++) {
            // Odd addresses, too.
            final ByteBuffer memory = ByteBuffer.allocateDirect(3 * SLICE + i);
            for (int at = 0; at < memory.capacity(); at++) {
                memory.put(at, CANARY);
            }
            final ByteBuffer slice = memory.position(SLICE + i).limit(2 * SLICE + i).slice();
            for (int at = 0; at < SLICE; at++) {
                slice.put(at, DATA);
            }
            memory.clear();
            whole.add(memory);
            slices.add(slice);
        }
    }

    ByteBuffer slice(final int index) {
        return slices.get(index);
    }

    /** One of the buffers, a part of one, or something that the kernel cannot use. */
    ByteBuffer any(final Random random) {
        final ByteBuffer slice = slices.get(random.nextInt(slices.size()));
        switch (random.nextInt(12)) {
            case 0:
                return null;
            case 1:
                return ByteBuffer.allocate(SLICE);
            case 2:
                // Empty, at the very end of the slice.
                return slice.duplicate().position(SLICE).slice();
            case 3:
                return slice.duplicate().position(1).limit(7).slice();
            case 4:
                return slice.duplicate().limit(0);
            default:
                return slice;
        }
    }

    /** The memory around the slices is unchanged, and none of it was copied to the slices. */
    void assertAlive() {
        for (int i = 0; i < whole.size(); i++) {
            final ByteBuffer memory = whole.get(i);
            for (int at = 0; at < memory.capacity(); at++) {
                final boolean inside = at >= SLICE + i && at < 2 * SLICE + i;
                assertThat(memory.get(at)).as("byte %d of buffer %d", at, i).isEqualTo(inside ? DATA : CANARY);
            }
        }
    }
}
