package io.github.iocp4j.bench;

import org.HdrHistogram.Histogram;

/** The work done in one run. */
final class Run {
    private final long operations;
    private final double seconds;
    private final Histogram nanoseconds;

    Run(final long operations, final double seconds) {
        this(operations, seconds, null);
    }

    Run(final long operations, final double seconds, final Histogram nanoseconds) {
        this.operations = operations;
        this.seconds = seconds;
        this.nanoseconds = nanoseconds;
    }

    long operations() {
        return operations;
    }

    double perSecond() {
        return operations / seconds;
    }

    /** The latency of each operation, or null if not measured. */
    Histogram nanoseconds() {
        return nanoseconds;
    }
}
