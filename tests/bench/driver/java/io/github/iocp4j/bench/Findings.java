package io.github.iocp4j.bench;

/** Receives the results of a benchmark while it runs. */
interface Findings {
    /**
     * A comparison has ended.
     *
     * @param comparison the result
     */
    void add(ComparisonResult comparison);

    /**
     * Something has been counted.
     *
     * @param figure how much it is
     */
    void add(Figure figure);

    /**
     * Passes each result to two receivers.
     *
     * @param other the other one
     * @return a receiver that passes each result to this one first
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
