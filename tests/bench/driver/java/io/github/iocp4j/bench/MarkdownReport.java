package io.github.iocp4j.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes a report for people: a table and a picture for each benchmark. */
final class MarkdownReport {
    private final Path folder;

    MarkdownReport(final Path folder) {
        this.folder = folder;
    }

    void write(final Report report) throws IOException {
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(folder.resolve("report.md")))) {
            out.print("# iocp4j and its peers\n\n"
                    + "Written by `./dev bench`. A ratio is how many times as much the first gets done as the second:\n"
                    + "the median of all rounds, and where that of any number of rounds lies with 95 % confidence. A\n"
                    + "ratio whose interval is wider than 5 % is not resolved: it says nothing. The floor makes the\n"
                    + "same Win32 calls in C++, without Java. Absolute figures are the machine's.\n\n"
                    + "Behind a ratio stands that of the 99th percentiles of the round trip, where less is better.\n"
                    + "Its interval is wide, because a few round trips of each round determine it.\n\n"
                    + "Where requests are offered, there are as many for all, half of what the slowest does when\n"
                    + "saturated. A ratio is how many times as long the first takes, from when a request is due.\n\n");
            report.environment().forEach((what, value) -> out.printf("- %s: %s\n", what, value));
            for (final BenchmarkResult benchmark : report.benchmarks()) {
                write(benchmark, out);
            }
        }
    }

    private void write(final BenchmarkResult benchmark, final PrintWriter out) throws IOException {
        out.printf("\n## %s: %s\n\n", benchmark.name(), benchmark.title());
        if (benchmark.notRun() != null) {
            out.printf("Not run: %s\n", benchmark.notRun());
            return;
        }
        if (!benchmark.comparisons().isEmpty()) {
            writeComparisons(benchmark, out);
        }
        if (!benchmark.figures().isEmpty()) {
            writeFigures(benchmark, out);
        }
    }

    private static void writeFigures(final BenchmarkResult benchmark, final PrintWriter out) {
        out.print("| | | at most |\n| --- | ---: | ---: |\n");
        for (final Figure figure : benchmark.figures()) {
            out.printf(Locale.ROOT, "| %s | %,.1f %s | %s |\n", figure.name(), figure.value(), figure.unit(),
                    number("%,.0f", figure.limit()));
        }
    }

    private void writeComparisons(final BenchmarkResult benchmark, final PrintWriter out) throws IOException {
        final Chart chart = chart(benchmark);
        if (!chart.isEmpty()) {
            final String picture = benchmark.name() + ".svg";
            Files.writeString(folder.resolve(picture), chart.svg());
            out.printf("![Ratios](%s)\n\n", picture);
        }
        if (benchmark.remark() != null) {
            out.print(benchmark.remark() + "\n\n");
        }
        for (final ComparisonResult comparison : benchmark.comparisons()) {
            if (comparison.offeredPerSecond() != null) {
                writeLatencies(comparison, out);
            }
        }
        writeRates(benchmark, out);
    }

    private static Chart chart(final BenchmarkResult benchmark) {
        return benchmark.name().equals(Suite.THREAD_MODELS) ? new LineChart(benchmark) : new RatioChart(benchmark);
    }

    private static void writeLatencies(final ComparisonResult comparison, final PrintWriter out) {
        final LatencyTable table = new LatencyTable(comparison);
        out.printf(Locale.ROOT, "%s, %,.0f requests offered per second:\n\n| | %s |\n| --- |%s\n", comparison.label(),
                comparison.offeredPerSecond(), String.join(" | ", table.head()),
                " ---: |".repeat(table.head().size()));
        for (final Outcome outcome : comparison.contestants()) {
            out.printf("| %s | %s |\n", outcome.name(),
                    outcome.hasFailed() ? "not run: " + outcome.notRun() : String.join(" | ", table.row(outcome)));
        }
        out.println();
    }

    private static void writeRates(final BenchmarkResult benchmark, final PrintWriter out) {
        final List<ComparisonResult> comparisons = benchmark.comparisons().stream()
                .filter(comparison -> comparison.offeredPerSecond() == null).collect(Collectors.toList());
        if (comparisons.isEmpty()) {
            return;
        }
        final List<String> subjects = comparisons.stream()
                .flatMap(comparison -> comparison.contestants().stream()).filter(Outcome::isSubject)
                .map(Outcome::name).distinct().collect(Collectors.toList());
        out.printf("| | | per second |%s bytes/op | upcalls/completion | p50 / p99 µs |\n",
                subjects.stream().map(subject -> ' ' + subject + " ÷ |").collect(Collectors.joining()));
        out.printf("| --- | --- | ---: |%s ---: | ---: | ---: |\n", " ---: |".repeat(subjects.size()));
        for (final ComparisonResult comparison : comparisons) {
            comparison.contestants().forEach(outcome -> write(comparison, outcome, subjects, out));
        }
    }

    private static void write(final ComparisonResult comparison, final Outcome outcome, final List<String> subjects,
            final PrintWriter out) {
        if (outcome.hasFailed()) {
            out.printf("| %s | %s | not run: %s |%s | | |\n", comparison.label(), outcome.name(), outcome.notRun(),
                    " |".repeat(subjects.size()));
            return;
        }
        final String ratios = subjects.stream().map(subject -> comparison.ratio(subject, outcome.name())
                .map(ratio -> ' ' + ratio.words() + comparison.ratio(subject, outcome.name(), Measure.P99)
                        .map(slow -> "; p99 " + slow.range()).orElse("") + " |")
                .orElse(" |")).collect(Collectors.joining());
        out.printf(Locale.ROOT, "| %s | %s | %s |%s %s | %s | %s |\n", comparison.label(), outcome.name(),
                rate(Median.of(outcome.perSecond())), ratios, number("%.1f", outcome.allocatedPerOperation()),
                number("%.4f", outcome.upcallsPerCompletion()), outcome.roundTripMedian() == null ? ""
                        : number("%,.0f", outcome.roundTripMedian()) + " / " + number("%,.0f", outcome.roundTrip99()));
    }

    /** A low rate needs a fraction. */
    private static String rate(final double perSecond) {
        return String.format(Locale.ROOT, perSecond < 10 ? "%.2f" : "%,.0f", perSecond);
    }

    private static String number(final String format, final Double value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }
}
