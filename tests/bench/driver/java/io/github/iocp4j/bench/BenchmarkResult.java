package io.github.iocp4j.bench;

import java.util.ArrayList;
import java.util.List;

/** The result of a benchmark. It is written to the JSON report without changes. */
final class BenchmarkResult implements Findings {
    private final String name;
    private final String title;
    /** What its figures show, or null. */
    private final String remark;
    /** Why it has not run, or null. */
    private String notRun;
    private final List<ComparisonResult> comparisons = new ArrayList<>();
    private final List<Figure> figures = new ArrayList<>();

    BenchmarkResult(final Benchmark benchmark) {
        name = benchmark.name();
        title = benchmark.title();
        remark = benchmark.remark();
    }

    @Override
    public void add(final ComparisonResult comparison) {
        comparisons.add(comparison);
    }

    @Override
    public void add(final Figure figure) {
        figures.add(figure);
    }

    void fail(final String reason) {
        notRun = reason;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    String remark() {
        return remark;
    }

    String notRun() {
        return notRun;
    }

    List<ComparisonResult> comparisons() {
        return comparisons;
    }

    List<Figure> figures() {
        return figures;
    }
}
