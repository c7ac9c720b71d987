package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.PortSnapshot;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The daemon's counters. Counting allocates nothing. */
final class SyelogDaemonStatistics {
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLongArray rejected = new AtomicLongArray(Rejection.values().length);
    private final AtomicLong failures = new AtomicLong();
    private final AtomicReferenceArray<MessageAllocation> allocations = new AtomicReferenceArray<>(1024);
    private PortSnapshot port;

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

    /** What the worker with that index allocates, for the worker itself. */
    MessageAllocation allocation(final int worker) {
        final MessageAllocation known = allocations.getPlain(worker);
        if (known != null) {
            return known;
        }
        final MessageAllocation made = new MessageAllocation();
        allocations.set(worker, made);
        return made;
    }

    /** Reads the port's last figures, while its workers are alive. */
    void measure(final PortSnapshot snapshot) {
        port = snapshot;
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
        line(out, "heap bytes per message", decimal(MessageAllocation.perMessage(allocations())));
    }

    private List<MessageAllocation> allocations() {
        return IntStream.range(0, allocations.length()).mapToObj(allocations::get).filter(Objects::nonNull)
                .collect(Collectors.toList());
    }

    private static void line(final PrintStream out, final String name, final Object value) {
        out.println(name + ": " + value);
    }

    private static String ratio(final long amount, final long count) {
        return decimal(count == 0 ? 0.0 : (double) amount / count);
    }

    private static String decimal(final double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
