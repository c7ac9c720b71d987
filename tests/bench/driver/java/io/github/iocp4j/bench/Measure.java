package io.github.iocp4j.bench;

/** The figure that is compared in each round. */
enum Measure {
    /** Operations per second. */
    RATE("", true) {
        @Override
        double[] rounds(final Outcome outcome) {
            return outcome.perSecond();
        }
    },
    /** The latency that half of the operations do not exceed. */
    P50("p50", false) {
        @Override
        double[] rounds(final Outcome outcome) {
            return outcome.medians();
        }
    },
    /** The latency that one operation of a hundred exceeds. */
    P99("p99", false) {
        @Override
        double[] rounds(final Outcome outcome) {
            return outcome.percentiles99();
        }
    };

    private final String label;
    private final boolean moreIsBetter;

    Measure(final String label, final boolean moreIsBetter) {
        this.label = label;
        this.moreIsBetter = moreIsBetter;
    }

    /** Empty for the default. */
    String label() {
        return label;
    }

    boolean moreIsBetter() {
        return moreIsBetter;
    }

    /** The figure of each round. */
    abstract double[] rounds(Outcome outcome);
}
