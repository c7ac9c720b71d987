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
    /** Microseconds, the median of all rounds; null if not measured. */
    private Double roundTripMedian;
    /** The median of the 99th percentiles of all rounds: one disturbed round does not determine it. */
    private Double roundTrip99;
    /** The latencies of all rounds together, in nanoseconds. */
    private final transient Histogram latencies = new Histogram(3);
    /** Percentiles of each round, in nanoseconds. */
    private final transient List<Long> medians = new ArrayList<>();
    private final transient List<Long> percentiles99 = new ArrayList<>();
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
        if (run.nanoseconds() != null && run.nanoseconds().getTotalCount() > 0) {
            addLatencies(run.nanoseconds());
            roundTripMedian = Median.of(medians()) / 1e3;
            roundTrip99 = Median.of(percentiles99()) / 1e3;
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
        addLatencies(run.nanoseconds());
        latency = new Latency(latencies);
    }

    private void addLatencies(final Histogram round) {
        latencies.add(round);
        medians.add(round.getValueAtPercentile(50));
        percentiles99.add(round.getValueAtPercentile(99));
    }

    Double saturatedPerSecond() {
        return saturatedPerSecond;
    }

    /** The median latency of each round, in nanoseconds; empty if latencies are not measured. */
    double[] medians() {
        return medians.stream().mapToDouble(Long::doubleValue).toArray();
    }

    /** The same for the latency that one operation of a hundred exceeds. */
    double[] percentiles99() {
        return percentiles99.stream().mapToDouble(Long::doubleValue).toArray();
    }

    /** Null for a saturating load. */
    Latency latency() {
        return latency;
    }

    private static Double least(final Double before, final double now) {
        return before == null ? now : Math.min(before, now);
    }
}
