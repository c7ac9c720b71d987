package io.github.iocp4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongPredicate;

/** Invalid numbers for arguments, and numbers that are or were valid. */
final class HostileNumbers {
    private static final int SLICE = CanaryBuffers.SLICE;
    private static final int[] INTS = {
        0, 1, -1, 2, 3, 4, 7, 8, 255, 256, SLICE - 1, SLICE, SLICE + 1, 4096, 65_536, 1 << 24, (1 << 24) + 1,
        Integer.MAX_VALUE, Integer.MAX_VALUE - 1, Integer.MAX_VALUE - SLICE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1,
        -SLICE, 1 << 30, 1 << 31
    };
    private static final long[] LONGS = {
        0, 1, 2, -1, -2, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1, Integer.MAX_VALUE,
        Integer.MIN_VALUE, 0xffff_ffffL, 0x1_0000_0000L, 0x1_00ff_ffffL, 0x1_000f_ffffL, 0x7fff_ffff_0000_0000L,
        1L << 62, 1L << 62 | 1L << 24, 1L << 31, 0x8000_0000_0000_0001L
    };

    private final Random random;
    /** Keys and operation ids of any kind, valid or not. */
    private final List<Long> known = new ArrayList<>();

    HostileNumbers(final Random random) {
        this.random = random;
    }

    void know(final long number) {
        known.add(number);
    }

    long any() {
        final long one = known.get(random.nextInt(known.size()));
        switch (random.nextInt(8)) {
            case 0:
                return random.nextLong();
            case 1:
                return LONGS[random.nextInt(LONGS.length)];
            case 2:
                return one + 1 - 2 * random.nextInt(2);
            case 3:
                return one ^ 1L << random.nextInt(64);
            case 4:
                return -one;
            default:
                return one;
        }
    }

    /** Any number except those. */
    long anyBut(final LongPredicate spared) {
        long number = any();
        while (spared.test(number)) {
            number = any();
        }
        return number;
    }

    int integer() {
        return random.nextInt(8) == 0 ? random.nextInt() : INTS[random.nextInt(INTS.length)];
    }
}
