package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares a run with the committed one. Ratios may differ by a tolerance, because machines differ and have other load;
 * counted figures may not differ.
 */
final class Check {
    /**
     * A ratio may fall to this share of its previous value, and a ratio of median latencies may rise to the inverse. A
     * stricter limit would fail because of other load on the machine.
     */
    static final double TOLERANCE = 0.7;

    private static final String OURS = "iocp4j";

    private final Report committed;

    Check(final Report committed) {
        this.committed = committed;
    }

    /** What has become worse, in one line each. */
    List<String> complaints(final Report now) {
        final List<String> complaints = new ArrayList<>();
        for (final BenchmarkResult benchmark : now.benchmarks()) {
            if (benchmark.notRun() != null) {
                complaints.add(benchmark.name() + ": not run: " + benchmark.notRun());
            }
            for (final Figure figure : benchmark.figures()) {
                if (figure.exceedsLimit()) {
                    complaints.add(String.format(Locale.ROOT, "%s: %s: %.1f %s, at most %.1f will do",
                            benchmark.name(), figure.name(), figure.value(), figure.unit(), figure.limit()));
                }
            }
            for (final ComparisonResult comparison : benchmark.comparisons()) {
                final String where = benchmark.name() + ", " + comparison.label() + ": ";
                then(benchmark.name(), comparison.label())
                        .ifPresent(before -> compareRatios(where, before, comparison, complaints));
                comparison.contestants().stream().filter(outcome -> outcome.name().startsWith(OURS))
                        .forEach(outcome -> checkCounts(where, benchmark.name(),
                                Suite.mostUpcalls(benchmark.name()), outcome, complaints));
            }
        }
        return complaints;
    }

    private Optional<ComparisonResult> then(final String benchmark, final String label) {
        return committed.benchmarks().stream().filter(other -> other.name().equals(benchmark))
                .flatMap(other -> other.comparisons().stream()).filter(other -> other.label().equals(label))
                .findFirst();
    }

    private static void compareRatios(final String where, final ComparisonResult before, final ComparisonResult now,
            final List<String> complaints) {
        for (final Ratio then : before.ratios()) {
            if (then.measure() == Measure.P99) {
                // A few operations determine this figure, and other load determines these operations: two runs differ
                // by more than the tolerance.
                continue;
            }
            final Optional<Ratio> ratio = now.ratio(then.of(), then.to(), then.measure());
            final String which = where + then;
            if (ratio.isEmpty()) {
                complaints.add(which + " was measured before and is not now");
            } else if (ratio.get().advantage() < then.advantage() * TOLERANCE) {
                complaints.add(String.format(Locale.ROOT, "%s is %.2f, was %.2f", which, ratio.get().median(),
                        then.median()));
            }
        }
    }

    private static void checkCounts(final String where, final String benchmark, final double mostUpcalls,
            final Outcome outcome, final List<String> complaints) {
        final Double allocated = outcome.allocatedPerOperation();
        if (Suite.STEADY.contains(benchmark) && allocated != null && allocated != 0) {
            complaints.add(String.format(Locale.ROOT, "%s%s allocates %.3f bytes per operation, must be 0", where,
                    outcome.name(), allocated));
        }
        final Double upcalls = outcome.upcallsPerCompletion();
        if (upcalls != null && upcalls > mostUpcalls) {
            complaints.add(String.format(Locale.ROOT, "%s%s makes %.4f upcalls per completion, at most %.4f will do",
                    where, outcome.name(), upcalls, mostUpcalls));
        }
    }
}
