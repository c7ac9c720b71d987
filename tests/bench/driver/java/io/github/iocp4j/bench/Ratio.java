package io.github.iocp4j.bench;

import java.util.Locale;

/**
 * The rate or the latency of one contestant relative to another: the median of the ratios of all rounds. In each round
 * both work one after the other, so that a slow phase of the machine affects both.
 */
final class Ratio {
    private final String of;
    private final String to;
    private final Measure measure;
    private final double median;
    private final double spread;
    /** Null if there are too few rounds. */
    private final Interval interval;

    Ratio(final Outcome of, final Outcome to, final Measure measure) {
        this.of = of.name();
        this.to = to.name();
        this.measure = measure;
        final double[] dividends = measure.rounds(of);
        final double[] divisors = measure.rounds(to);
        final double[] rounds = new double[Math.min(dividends.length, divisors.length)];
        for (int i = 0; i < rounds.length; i++) {
            rounds[i] = dividends[i] / divisors[i];
        }
        median = Median.of(rounds);
        spread = Median.spread(rounds);
        interval = Interval.of(rounds);
    }

    String of() {
        return of;
    }

    String to() {
        return to;
    }

    Measure measure() {
        // Older reports do not have this field.
        return measure == null ? Measure.RATE : measure;
    }

    double median() {
        return median;
    }

    /** Whether the rounds agree so well that the median means something. */
    boolean isResolved() {
        return interval != null && interval.isNarrow();
    }

    /** The median, with a question mark if it is not resolved. */
    String shortly() {
        return String.format(Locale.ROOT, isResolved() ? "%.2f" : "%.2f?", median);
    }

    /** The median and its interval, for example "0.98 (0.97–1.00)", or with "not resolved" behind it. */
    String words() {
        return range() + (isResolved() ? "" : " not resolved");
    }

    /** The median and its interval, however wide that is. */
    String range() {
        return String.format(Locale.ROOT, "%.2f", median)
                + (interval == null ? "" : String.format(Locale.ROOT, " (%.2f–%.2f)", interval.low(), interval.high()));
    }

    /** The advantage of the first contestant, in rate or latency: above 1, it is better. */
    double advantage() {
        return measure().moreIsBetter() ? median : 1 / median;
    }

    /** For example "iocp4j ÷ floor" or "iocp4j ÷ floor, p99". */
    @Override
    public String toString() {
        return of + " ÷ " + to + (measure().label().isEmpty() ? "" : ", " + measure().label());
    }
}
