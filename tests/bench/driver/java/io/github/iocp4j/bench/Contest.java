package io.github.iocp4j.bench;

import java.io.IOException;
import java.util.List;

/** A benchmark whose contestants are processes that work in turns. */
final class Contest implements Benchmark {
    private final String name;
    private final String title;
    private final Preparation preparation;
    private final List<Comparison> comparisons;
    private final String remark;
    private final int warmUps;

    /** Prepares the files that the contestants need. */
    interface Preparation {
        void prepare() throws IOException;
    }

    Contest(final String name, final String title, final Preparation preparation,
            final List<Comparison> comparisons) {
        this(name, title, preparation, comparisons, null, 1);
    }

    private Contest(final String name, final String title, final Preparation preparation,
            final List<Comparison> comparisons, final String remark, final int warmUps) {
        this.name = name;
        this.title = title;
        this.preparation = preparation;
        this.comparisons = comparisons;
        this.remark = remark;
        this.warmUps = warmUps;
    }

    /** The same contest with a remark about its figures. */
    Contest remark(final String markdown) {
        return new Contest(name, title, preparation, comparisons, markdown, warmUps);
    }

    /** The same contest with contestants that warm up that many times as long. */
    Contest warmUps(final int times) {
        return new Contest(name, title, preparation, comparisons, remark, times);
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
    public String remark() {
        return remark;
    }

    @Override
    public void run(final Schedule schedule, final Findings findings) throws IOException {
        preparation.prepare();
        for (final Comparison comparison : comparisons) {
            findings.add(comparison.run(schedule.warmUps(warmUps)));
        }
    }
}
