package io.github.iocp4j.bench;

/**
 * How many times as fast one contestant is as another: the median of the ratios of each round, in which both have
 * worked one after the other. What slows the machine down for a while slows down both.
 */
final class Ratio {
    private final String of;
    private final String to;
    private final double median;
    private final double spread;

    Ratio(final Outcome of, final Outcome to) {
        this.of = of.name();
        this.to = to.name();
        final double[] rounds = new double[Math.min(of.perSecond().length, to.perSecond().length)];
        for (int i = 0; i < rounds.length; i++) {
            rounds[i] = of.perSecond()[i] / to.perSecond()[i];
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

    double median() {
        return median;
    }

    double spread() {
        return spread;
    }
}
