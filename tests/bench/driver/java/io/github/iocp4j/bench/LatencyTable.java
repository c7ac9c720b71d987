package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The latencies of a comparison at an offered load, as rows of a table. */
final class LatencyTable {
    private final ComparisonResult comparison;
    private final List<String> subjects;

    LatencyTable(final ComparisonResult comparison) {
        this.comparison = comparison;
        subjects = comparison.contestants().stream().filter(Outcome::isSubject).map(Outcome::name)
                .collect(Collectors.toList());
    }

    /** The headings of the columns after the contestant's name. */
    List<String> head() {
        final List<String> head = new ArrayList<>(
                List.of("saturated /s", "p50 µs", "p90 µs", "p99 µs", "p99.9 µs", "max µs"));
        subjects.forEach(subject -> head.add(subject + " ÷ (p50, p99)"));
        return head;
    }

    /** The cells of these columns for a contestant that has run. */
    List<String> row(final Outcome outcome) {
        final Latency latency = outcome.latency();
        final List<String> row = new ArrayList<>();
        for (final double figure : new double[] {outcome.saturatedPerSecond(), latency.p50(), latency.p90(),
            latency.p99(), latency.p999(), latency.max()}) {
            row.add(String.format(Locale.ROOT, "%,.0f", figure));
        }
        subjects.forEach(subject -> row.add(comparison.measures().stream()
                .flatMap(measure -> comparison.ratio(subject, outcome.name(), measure).stream())
                .map(Ratio::words)
                .collect(Collectors.joining(", "))));
        return row;
    }
}
