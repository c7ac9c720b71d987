package io.github.iocp4j.bench.contestants;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A stretch of work that threads of others do: it ends by itself after a time, when the last of a number of strands is
 * home. Costs a worker as little as looking at a flag and counting.
 */
final class Stint {
    private final LongAdder operations = new LongAdder();
    private final Semaphore home = new Semaphore(0);
    private volatile boolean over;
    private volatile Throwable failure;

    /** What begins one strand. */
    interface Strand {
        void begin(int index) throws Exception;
    }

    /** Whether a strand shall go home instead of starting another operation. */
    boolean isOver() {
        return over;
    }

    void count() {
        operations.increment();
    }

    void goHome() {
        home.release();
    }

    /** Takes a strand home that cannot go on. */
    void fail(final Throwable thrown) {
        failure = thrown;
        home.release();
    }

    /** Begins the strands, waits, and answers how many operations were counted. */
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
