package io.github.iocp4j.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints results while the benchmarks run. */
final class TextReport implements Findings {
    /** The minimum number of digits of a figure. */
    private static final int FIGURE_WIDTH = 10;

    private final PrintStream out;

    TextReport(final PrintStream out) {
        this.out = out;
    }

    void begin(final Map<String, String> environment) {
        environment.forEach((what, value) -> out.printf("%s: %s%n", what, value));
    }

    void begin(final Benchmark benchmark) {
        out.printf("%n%s: %s%n", benchmark.name(), benchmark.title());
    }

    void notRun(final String reason) {
        out.printf("  not run: %s%n", reason);
    }

    @Override
    public void add(final Figure figure) {
        out.printf(Locale.ROOT, "  %-48s %,10.1f %-6s %s%n", figure.name(), figure.value(), figure.unit(),
                figure.limit() == null ? "" : String.format(Locale.ROOT, "at most %,.0f", figure.limit()));
    }

    @Override
    public void add(final ComparisonResult comparison) {
        if (comparison.offeredPerSecond() != null) {
            addLatencies(comparison);
            return;
        }
        final List<Outcome> outcomes = comparison.contestants();
        out.printf("  %-28s %12s %6s %15s", comparison.label(), "per second", "±", "ns each");
        outcomes.stream().filter(Outcome::isSubject).forEach(subject -> out.printf(" %16s", subject.name() + " ÷"));
        out.printf(" %9s %11s %10s%n", "bytes/op", "upcalls/cpl", "p50/p99 µs");
        outcomes.forEach(outcome -> print(comparison, outcome));
    }

    private void addLatencies(final ComparisonResult comparison) {
        final LatencyTable table = new LatencyTable(comparison);
        out.printf(Locale.ROOT, "  %s, %,.0f requests offered per second%n", comparison.label(),
                comparison.offeredPerSecond());
        final List<String> head = table.head();
        printLatencies("", head, head);
        comparison.contestants().forEach(outcome -> printLatencies(outcome.name(), head,
                outcome.hasFailed() ? List.of("not run: " + outcome.notRun()) : table.row(outcome)));
    }

    private void printLatencies(final String name, final List<String> head, final List<String> cells) {
        out.printf("    %-26s", name);
        for (int i = 0; i < cells.size(); i++) {
            out.printf(" %" + Math.max(head.get(i).length(), FIGURE_WIDTH) + "s", cells.get(i));
        }
        out.println();
    }

    private void print(final ComparisonResult comparison, final Outcome outcome) {
        if (outcome.hasFailed()) {
            out.printf("    %-26s not run: %s%n", outcome.name(), outcome.notRun());
            return;
        }
        final double perSecond = Median.of(outcome.perSecond());
        out.printf(Locale.ROOT, "    %-26s %,12.1f %5.0f%% %,15.1f", outcome.name(), perSecond,
                100 * Median.spread(outcome.perSecond()), 1e9 / perSecond);
        comparison.contestants().stream().filter(Outcome::isSubject).forEach(subject -> out.printf(" %16s",
                comparison.ratio(subject.name(), outcome.name())
                        .map(Ratio::shortly).orElse("")));
        out.printf(" %9s %11s %10s%n", number("%.1f", outcome.allocatedPerOperation()),
                number("%.4f", outcome.upcallsPerCompletion()), outcome.roundTripMedian() == null ? ""
                        : String.format(Locale.ROOT, "%.0f/%.0f", outcome.roundTripMedian(), outcome.roundTrip99()));
    }

    private static String number(final String format, final Double value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }
}
