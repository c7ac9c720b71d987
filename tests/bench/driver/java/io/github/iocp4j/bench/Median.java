package io.github.iocp4j.bench;

import java.util.Arrays;

/** The median of measurements, and their spread. */
final class Median {
    private Median() {
    }

    static double of(final double... values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Half of the difference between the largest and the smallest, as a share of the median. */
    static double spread(final double... values) {
        final double smallest = Arrays.stream(values).min().orElseThrow();
        final double largest = Arrays.stream(values).max().orElseThrow();
        return (largest - smallest) / 2 / of(values);
    }
}
