package io.github.iocp4j.tools;

import io.github.iocp4j.Win32Exception;
import java.util.concurrent.TimeUnit;

/**
 * Counts what was written to a peer, in bytes or in messages, and how much of it the peer is known to have read.
 *
 * <p>A pipe with a buffer accepts data that the peer may never read. Only a flush that is in progress when the peer
 * leaves reports that: a flush that begins later returns success at once. Therefore a flush must begin right after the
 * last write, and remain in progress while no other input arrives. On a pipe without a buffer the completion of a write
 * is the proof.
 */
public final class Delivery {
    /** Waits until the peer has read everything. */
    @FunctionalInterface
    public interface Flush {
        /**
         * Waits.
         *
         * @return whether the peer has read everything; false when it has left before this call, so that it may have
         *     read everything or nothing
         * @throws Win32Exception when the peer has left before it has read everything
         */
        boolean flush() throws Win32Exception;
    }

    private final Flush flush;
    private final int maxFlushes;

    // Guarded by this.
    private long written;
    /** How much of it precedes the begin of a flush. */
    private long covered;
    /** How much of it the peer has read. */
    private long confirmed;
    private int flushes;
    /** Whether a flush was due when too many were in progress. */
    private boolean due;
    private boolean unknown;
    private Win32Exception failure;

    private Delivery(final Flush flush, final int maxFlushes) {
        this.flush = flush;
        this.maxFlushes = maxFlushes;
    }

    /**
     * For a device on which a write completes when the peer has read it, or on which no more can be known.
     *
     * @return a delivery for which {@link #completed} confirms
     */
    public static Delivery byWrites() {
        return new Delivery(null, 0);
    }

    /**
     * For a pipe with a buffer.
     *
     * @param flush waits until the peer has read everything
     * @param maxFlushes how many threads may do so at the same time, at least 1
     * @return a delivery for which {@link #confirm} confirms
     */
    public static Delivery byFlushes(final Flush flush, final int maxFlushes) {
        return new Delivery(flush, maxFlushes);
    }

    /**
     * Flushes once before anything is written, so that the first flush that counts need not load classes, and begins
     * right after its write.
     */
    public void rehearse() {
        if (flush != null) {
            final Delivery rehearsal = new Delivery(flush, 1);
            rehearsal.written(1);
            try {
                rehearsal.confirm(rehearsal.begin());
            } catch (final Win32Exception ignored) {
                // The first write reports it.
            }
        }
    }

    /**
     * How many threads may be in {@link #confirm}.
     *
     * @return 0 if writes confirm
     */
    public int maxFlushes() {
        return maxFlushes;
    }

    /**
     * Counts a write that was started.
     *
     * @param amount what is written
     */
    public synchronized void written(final long amount) {
        written += amount;
    }

    /**
     * Counts a write that has succeeded.
     *
     * @param amount what was written
     */
    public synchronized void completed(final long amount) {
        if (flush == null) {
            confirmed += amount;
        }
    }

    /**
     * Begins a flush of everything that was written, unless there is nothing to flush. If too many flushes are in
     * progress, the one that ends next continues with it.
     *
     * @return what to pass to {@link #confirm} on this thread, at once; 0 for nothing to do
     */
    public synchronized long begin() {
        if (flush == null || covered == written) {
            return 0;
        }
        if (flushes == maxFlushes) {
            due = true;
            return 0;
        }
        flushes++;
        covered = written;
        return covered;
    }

    /**
     * Blocks until the peer has read everything that precedes the flush, or has left.
     *
     * @param begun the value of {@link #begin}
     * @throws Win32Exception when the peer has left before it has read everything
     */
    public void confirm(final long begun) throws Win32Exception {
        try {
            for (long amount = begun; amount > 0;) {
                amount = flush.flush() ? confirmed(amount) : unknown();
            }
        } catch (final Win32Exception left) {
            failed(left);
            throw left;
        }
    }

    /** Returns what the same thread has to confirm next, or 0 when its flush has ended. */
    private synchronized long confirmed(final long amount) {
        confirmed = Math.max(confirmed, amount);
        if (due) {
            due = false;
            covered = written;
            return covered;
        }
        flushes--;
        notifyAll();
        return 0;
    }

    private synchronized long unknown() {
        unknown = true;
        flushes--;
        notifyAll();
        return 0;
    }

    private synchronized void failed(final Win32Exception left) {
        failure = left;
        flushes--;
        notifyAll();
    }

    /**
     * Blocks until the peer has read everything, after the last write, or has left.
     *
     * @throws Win32Exception when the peer has left before it has read everything
     * @throws InterruptedException when the thread is interrupted
     */
    public void finish() throws Win32Exception, InterruptedException {
        final long begun = begin();
        if (begun > 0) {
            confirm(begun);
        }
        synchronized (this) {
            while (flushes > 0) {
                wait();
            }
            if (failure != null) {
                throw failure;
            }
        }
    }

    /**
     * Waits until no flush is in progress, after the peer has left: that ends each flush, with success if the peer had
     * read everything.
     *
     * @param seconds how long at most
     * @throws InterruptedException when the thread is interrupted
     */
    public synchronized void awaitFlushes(final long seconds) throws InterruptedException {
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (long left = seconds * 1_000; flushes > 0 && left > 0;) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
    }

    /**
     * Whether the peer has left between a write and its flush, so that nothing shows whether it has read that.
     *
     * @return true after a flush has returned false
     */
    public synchronized boolean isUnknown() {
        return unknown;
    }

    /**
     * How much was written that the peer is not known to have read.
     *
     * @return 0 when it has read everything
     */
    public synchronized long unconfirmed() {
        return written - confirmed;
    }
}
