package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The results of one contestant of a comparison, for each round. They are written to the JSON report without changes.
 */
final class Outcome {
    private final String name;
    private final boolean subject;
    /** Why it has not run, or null. */
    private String notRun;
    private double[] perSecond = {};
    /** Bytes on the Java heap for each operation, in the round with the least; null if not measured. */
    private Double allocatedPerOperation;
    /** Null if there are no upcalls. */
    private Double upcallsPerCompletion;
    /** Microseconds, of the round with the best median; null if not measured. */
    private Double roundTripMedian;
    private Double roundTrip99;
    /** The latencies of each round at an offered load. */
    private final transient List<Histogram> latencies = new ArrayList<>();
    /** Null for a saturating load. */
    private Double saturatedPerSecond;
    private Latency latency;

    Outcome(final String name, final boolean subject) {
        this.name = name;
        this.subject = subject;
    }

    /** With rates that another program has measured. */
    Outcome(final String name, final boolean subject, final double[] perSecond) {
        this(name, subject);
        this.perSecond = perSecond;
    }

    void add(final Run run, final Counters counters) {
        count(run, counters);
        final Histogram times = run.nanoseconds();
        if (times != null && times.getTotalCount() > 0) {
            final double median = times.getValueAtPercentile(50) / 1e3;
            if (roundTripMedian == null || median < roundTripMedian) {
                roundTripMedian = median;
                roundTrip99 = times.getValueAtPercentile(99) / 1e3;
            }
        }
    }

    void fail(final String reason) {
        if (notRun == null) {
            notRun = reason;
            perSecond = new double[] {};
            latency = null;
        }
    }

    boolean isSubject() {
        return subject;
    }

    boolean hasFailed() {
        return notRun != null;
    }

    String name() {
        return name;
    }

    String notRun() {
        return notRun;
    }

    double[] perSecond() {
        return perSecond;
    }

    Double allocatedPerOperation() {
        return allocatedPerOperation;
    }

    Double upcallsPerCompletion() {
        return upcallsPerCompletion;
    }

    Double roundTripMedian() {
        return roundTripMedian;
    }

    Double roundTrip99() {
        return roundTrip99;
    }

    private void count(final Run run, final Counters counters) {
        perSecond = Arrays.copyOf(perSecond, perSecond.length + 1);
        perSecond[perSecond.length - 1] = run.perSecond();
        if (counters != null) {
            allocatedPerOperation = least(allocatedPerOperation, (double) counters.allocated() / run.operations());
            if (counters.completions() > 0) {
                upcallsPerCompletion =
                        least(upcallsPerCompletion, (double) counters.upcalls() / counters.completions());
            }
        }
    }

    /** Adds a round with a saturating load. The best round counts, because other load can only make a round slower. */
    void addSaturated(final Run run) {
        saturatedPerSecond = saturatedPerSecond == null ? run.perSecond()
                : Math.max(saturatedPerSecond, run.perSecond());
    }

    /** Adds a round at an offered load. */
    void addOffered(final Run run, final Counters counters) {
        count(run, counters);
        latencies.add(run.nanoseconds());
        latency = new Latency(latencies);
    }

    Double saturatedPerSecond() {
        return saturatedPerSecond;
    }

    List<Histogram> latencies() {
        return latencies;
    }

    /** Null for a saturating load. */
    Latency latency() {
        return latency;
    }

    private static Double least(final Double before, final double now) {
        return before == null ? now : Math.min(before, now);
    }
}
