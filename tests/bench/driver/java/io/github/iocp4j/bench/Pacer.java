package io.github.iocp4j.bench;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for times that are less than a millisecond ahead. It sleeps if the system wakes a thread on time, because a
 * thread that spins has used up its time slice of a busy core when it must run.
 */
final class Pacer {
    /** The maximum delay of a sleep. */
    private static final long TOLERANCE = 200_000;
    private static final long TRIAL = 300_000;
    private static final int TRIALS = 15;

    /** A shorter wait spins. */
    private final long awake;

    Pacer() {
        final long[] delays = new long[TRIALS];
        for (int i = 0; i < TRIALS; i++) {
            final long begin = System.nanoTime();
            LockSupport.parkNanos(TRIAL);
            delays[i] = System.nanoTime() - begin - TRIAL;
        }
        // The median, because other load makes some sleeps long.
        Arrays.sort(delays);
        final long typical = delays[TRIALS / 2];
        awake = typical > TOLERANCE ? typical : 0;
    }

    /** Returns at a moment of the clock of {@link System#nanoTime}, or at once if that has passed. */
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
