package io.github.iocp4j.bench;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for moments that lie less than a millisecond ahead. Asleep where the system wakes a thread on time: one who
 * stays awake has had his share of a busy core when he needs it.
 */
final class Pacer {
    /** By how much a sleep may be longer than wanted. */
    private static final long TOLERANCE = 200_000;
    private static final long TRIAL = 300_000;
    private static final int TRIALS = 15;

    /** What comes sooner is awaited without sleep. */
    private final long awake;

    Pacer() {
        final long[] delays = new long[TRIALS];
        for (int i = 0; i < TRIALS; i++) {
            final long begin = System.nanoTime();
            LockSupport.parkNanos(TRIAL);
            delays[i] = System.nanoTime() - begin - TRIAL;
        }
        // The median: a busy neighbour makes some of them long.
        Arrays.sort(delays);
        final long typical = delays[TRIALS / 2];
        awake = typical > TOLERANCE ? typical : 0;
    }

    /** Returns at a moment of the clock of {@link System#nanoTime}, or at once if that is over. */
    void sleepUntil(final long moment) {
        for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
            if (left > awake) {
                LockSupport.parkNanos(left - awake);
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
