package io.github.iocp4j.bench;

import org.HdrHistogram.Histogram;

/**
 * The latencies of operations at an offered load, over all rounds, in microseconds. They are written to the JSON
 * report.
 */
final class Latency {
    private final double p50;
    private final double p90;
    private final double p99;
    private final double p999;
    private final double max;
    /** The number of operations: below some thousands, p999 is the maximum. */
    private final long operations;

    Latency(final Histogram all) {
        p50 = microseconds(all, 50);
        p90 = microseconds(all, 90);
        p99 = microseconds(all, 99);
        p999 = microseconds(all, 99.9);
        max = microseconds(all, 100);
        operations = all.getTotalCount();
    }

    double p50() {
        return p50;
    }

    double p90() {
        return p90;
    }

    double p99() {
        return p99;
    }

    double p999() {
        return p999;
    }

    double max() {
        return max;
    }

    private static double microseconds(final Histogram nanoseconds, final double percentile) {
        return nanoseconds.getValueAtPercentile(percentile) / 1e3;
    }
}
