package io.github.iocp4j.bench;

import java.util.List;
import java.util.function.Consumer;

/** A benchmark whose contestants are processes that work in turns. */
final class Contest implements Benchmark {
    private final String name;
    private final String title;
    private final List<Comparison> comparisons;

    Contest(final String name, final String title, final List<Comparison> comparisons) {
        this.name = name;
        this.title = title;
        this.comparisons = comparisons;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public void run(final Schedule schedule, final Consumer<ComparisonResult> listener) {
        for (final Comparison comparison : comparisons) {
            listener.accept(comparison.run(schedule));
        }
    }
}
