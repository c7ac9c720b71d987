package io.github.iocp4j.bench;

/**
 * How many times as fast one contestant is as another, or how many times as long it takes: the median of the ratios of
 * each round, in which both have worked one after the other. What slows the machine down for a while slows down both.
 */
final class Ratio {
    private final String of;
    private final String to;
    private final Measure measure;
    private final double median;
    private final double spread;

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
    }

    String of() {
        return of;
    }

    String to() {
        return to;
    }

    Measure measure() {
        // Reports from before there were others do not tell.
        return measure == null ? Measure.RATE : measure;
    }

    double median() {
        return median;
    }

    double spread() {
        return spread;
    }

    /** By how much more one gets done, or by how much sooner: above 1, the first is the better one. */
    double advantage() {
        return measure().moreIsBetter() ? median : 1 / median;
    }

    /** As in "iocp4j ÷ floor" or "iocp4j ÷ floor, p99". */
    @Override
    public String toString() {
        return of + " ÷ " + to + (measure().label().isEmpty() ? "" : ", " + measure().label());
    }
}
