package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The results of the contestants of a comparison. They are written to the JSON report without changes. */
final class ComparisonResult {
    private final String label;
    private final List<Outcome> contestants;
    /** The offered load, or null for a saturating one. */
    private final Double offeredPerSecond;
    private final List<Ratio> ratios = new ArrayList<>();

    ComparisonResult(final String label, final List<Outcome> contestants) {
        this(label, contestants, null);
    }

    ComparisonResult(final String label, final List<Outcome> contestants, final Double offeredPerSecond) {
        this.label = label;
        this.contestants = contestants;
        this.offeredPerSecond = offeredPerSecond;
        for (final Outcome ours : contestants) {
            for (final Outcome other : contestants) {
                if (ours.isSubject() && !other.isSubject() && !ours.hasFailed() && !other.hasFailed()) {
                    measures().forEach(measure -> ratios.add(new Ratio(ours, other, measure)));
                    if (offeredPerSecond == null && ours.roundTrip99() != null && other.roundTrip99() != null) {
                        ratios.add(new Ratio(ours, other, Measure.P99));
                    }
                }
            }
        }
    }

    String label() {
        return label;
    }

    List<Outcome> contestants() {
        return contestants;
    }

    Double offeredPerSecond() {
        return offeredPerSecond;
    }

    /**
     * The figures whose ratios must be resolved. At an offered load all contestants do the same amount, so that the
     * rate has none.
     */
    List<Measure> measures() {
        return offeredPerSecond == null ? List.of(Measure.RATE) : List.of(Measure.P50, Measure.P99);
    }

    List<Ratio> ratios() {
        return ratios;
    }

    /** Those of {@link #measures}. */
    List<Ratio> mainRatios() {
        return ratios.stream().filter(ratio -> measures().contains(ratio.measure())).collect(Collectors.toList());
    }

    boolean isResolved() {
        return mainRatios().stream().allMatch(Ratio::isResolved);
    }

    Optional<Ratio> ratio(final String of, final String to) {
        return ratio(of, to, Measure.RATE);
    }

    Optional<Ratio> ratio(final String of, final String to, final Measure measure) {
        return ratios.stream().filter(ratio -> ratio.of().equals(of) && ratio.to().equals(to)
                && ratio.measure() == measure).findFirst();
    }
}
