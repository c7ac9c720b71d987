package io.github.iocp4j.bench;

/** Who is told of what a benchmark finds, while it finds it. */
interface Findings {
    /**
     * A comparison has ended.
     *
     * @param comparison how it came out
     */
    void add(ComparisonResult comparison);

    /**
     * Something has been counted.
     *
     * @param figure how much it is
     */
    void add(Figure figure);

    /**
     * Tells two at once.
     *
     * @param other the other one
     * @return tells this one first
     */
    default Findings and(final Findings other) {
        final Findings first = this;
        return new Findings() {
            @Override
            public void add(final ComparisonResult comparison) {
                first.add(comparison);
                other.add(comparison);
            }

            @Override
            public void add(final Figure figure) {
                first.add(figure);
                other.add(figure);
            }
        };
    }
}
