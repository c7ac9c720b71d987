package io.github.iocp4j.bench;

import java.util.Arrays;

/**
 * Where the median of all possible rounds lies with 95 % confidence, judged from the rounds that were run. It assumes
 * nothing about their distribution: each round is above or below the true median with the same probability.
 */
final class Interval {
    private static final double CONFIDENCE = 0.95;
    /** A ratio whose interval is wider than this share of its median is not resolved. */
    private static final double WIDEST = 0.05;

    private final double low;
    private final double high;

    private Interval(final double low, final double high) {
        this.low = low;
        this.high = high;
    }

    /** Returns null for fewer than six rounds, from which nothing can be said with that confidence. */
    static Interval of(final double... rounds) {
        final int outside = mostOutside(rounds.length);
        if (outside < 0) {
            return null;
        }
        final double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return new Interval(sorted[outside], sorted[sorted.length - 1 - outside]);
    }

    double low() {
        return low;
    }

    double high() {
        return high;
    }

    boolean isNarrow() {
        return high - low < WIDEST * (low + high) / 2;
    }

    /**
     * How many rounds may be left out at each end, or -1. The number of rounds below the median has a binomial
     * distribution.
     */
    private static int mostOutside(final int rounds) {
        double tail = 0;
        double probability = Math.pow(0.5, rounds);
        int outside = -1;
        while (outside < rounds) {
            tail += probability;
            if (2 * tail > 1 - CONFIDENCE) {
                break;
            }
            outside++;
            probability *= (double) (rounds - outside) / (outside + 1);
        }
        return outside;
    }
}
