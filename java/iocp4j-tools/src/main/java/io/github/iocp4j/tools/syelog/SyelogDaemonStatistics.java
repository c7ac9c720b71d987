package io.github.iocp4j.tools.syelog;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.PortSnapshot;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/** The daemon's counters. Counting allocates nothing. */
final class SyelogDaemonStatistics {
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLongArray rejected = new AtomicLongArray(Rejection.values().length);
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLongArray workerThreads = new AtomicLongArray(1024);
    private PortSnapshot port;
    private long heapBytes;

    void connected() {
        connections.incrementAndGet();
    }

    void written(final int length) {
        messages.incrementAndGet();
        bytes.addAndGet(length);
    }

    void rejected(final Rejection reason) {
        rejected.incrementAndGet(reason.ordinal());
    }

    /** Counts a connection that a failure has ended. */
    void failed() {
        failures.incrementAndGet();
    }

    /** Records the calling thread as the worker with that index. */
    void onWorker(final int worker) {
        workerThreads.setPlain(worker, Thread.currentThread().getId());
    }

    /** Reads the port's last figures, while its workers are alive. */
    void measure(final PortSnapshot snapshot) {
        port = snapshot;
        heapBytes = workersHeapBytes();
    }

    /** Prints one {@code name: value} line per figure, after {@link #measure}. */
    void print(final PrintStream out, final long linesLost) {
        final long received = messages.get();
        line(out, "connections", connections.get());
        line(out, "messages", received);
        line(out, "bytes", bytes.get());
        for (final Rejection reason : Rejection.values()) {
            line(out, "rejected " + reason.label(), rejected.get(reason.ordinal()));
        }
        line(out, "connections failed", failures.get());
        line(out, "lines lost", linesLost);
        line(out, "batches", port.batches());
        line(out, "mean batch", ratio(port.completions(), port.batches()));
        line(out, "largest batch", port.largestBatch());
        line(out, "upcalls per message", ratio(port.batches(), received));
        line(out, "heap bytes per message", ratio(heapBytes, received));
    }

    /** The bytes that the worker threads have allocated, including class loading; -1 if the JVM does not count them. */
    private long workersHeapBytes() {
        final java.lang.management.ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        if (!(threads instanceof ThreadMXBean)) {
            return -1;
        }
        final long[] ids = IntStream.range(0, workerThreads.length()).mapToLong(workerThreads::get)
                .filter(id -> id != 0).toArray();
        return Arrays.stream(((ThreadMXBean) threads).getThreadAllocatedBytes(ids)).sum();
    }

    private static void line(final PrintStream out, final String name, final Object value) {
        out.println(name + ": " + value);
    }

    private static String ratio(final long amount, final long count) {
        return String.format(Locale.ROOT, "%.3f", count == 0 ? 0.0 : (double) amount / count);
    }
}
