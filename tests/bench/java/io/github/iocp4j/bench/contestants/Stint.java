package io.github.iocp4j.bench.contestants;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A run of work on other threads. It ends after a time, when the last of its strands has ended. A worker only reads a
 * flag and counts.
 */
final class Stint {
    private final LongAdder operations = new LongAdder();
    private final Semaphore home = new Semaphore(0);
    private volatile boolean over;
    private volatile Throwable failure;

    /** Begins a strand. */
    interface Strand {
        void begin(int index) throws Exception;
    }

    /** Whether a strand shall end, and not start another operation. */
    boolean isOver() {
        return over;
    }

    void count() {
        operations.increment();
    }

    void goHome() {
        home.release();
    }

    /** Ends a strand that cannot continue. */
    void fail(final Throwable thrown) {
        failure = thrown;
        home.release();
    }

    /** Begins the strands, waits, and returns the number of counted operations. */
    long run(final int strands, final long milliseconds, final Strand strand) throws Exception {
        over = false;
        operations.reset();
        for (int i = 0; i < strands; i++) {
            strand.begin(i);
        }
        TimeUnit.MILLISECONDS.sleep(milliseconds);
        over = true;
        home.acquire(strands);
        if (failure != null) {
            throw new IllegalStateException("An operation has failed", failure);
        }
        return operations.sum();
    }
}
