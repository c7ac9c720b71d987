package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the contestants of a comparison have done. Written to the JSON report as it stands. */
final class ComparisonResult {
    private final String label;
    private final List<Outcome> contestants;
    /** What all were offered, or null where each took what it could get. */
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

    /** What there are ratios of. At an offered load all do the same amount, and it tells nothing. */
    List<Measure> measures() {
        return offeredPerSecond == null ? List.of(Measure.RATE) : List.of(Measure.P50, Measure.P99);
    }

    List<Ratio> ratios() {
        return ratios;
    }

    Optional<Ratio> ratio(final String of, final String to) {
        return ratio(of, to, Measure.RATE);
    }

    Optional<Ratio> ratio(final String of, final String to, final Measure measure) {
        return ratios.stream().filter(ratio -> ratio.of().equals(of) && ratio.to().equals(to)
                && ratio.measure() == measure).findFirst();
    }
}
