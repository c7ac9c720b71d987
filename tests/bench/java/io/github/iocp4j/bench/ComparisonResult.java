package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How the contestants of a comparison have done. Written to the JSON report as it stands. */
final class ComparisonResult {
    private final String label;
    private final List<Outcome> contestants;
    private final List<Ratio> ratios = new ArrayList<>();

    ComparisonResult(final String label, final List<Outcome> contestants) {
        this.label = label;
        this.contestants = contestants;
        for (final Outcome ours : contestants) {
            for (final Outcome other : contestants) {
                if (ours.isSubject() && !other.isSubject() && !ours.hasFailed() && !other.hasFailed()) {
                    ratios.add(new Ratio(ours, other));
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

    List<Ratio> ratios() {
        return ratios;
    }

    Optional<Ratio> ratio(final String of, final String to) {
        return ratios.stream().filter(ratio -> ratio.of().equals(of) && ratio.to().equals(to)).findFirst();
    }
}
