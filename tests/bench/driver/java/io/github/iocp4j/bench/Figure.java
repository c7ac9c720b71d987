package io.github.iocp4j.bench;

/** A figure that is counted and not compared, and its limit. It is written to the JSON report without changes. */
final class Figure {
    private final String name;
    private final double value;
    private final String unit;
    /** Null if there is none. */
    private final Double limit;

    Figure(final String name, final double value, final String unit, final Double limit) {
        this.name = name;
        this.value = value;
        this.unit = unit;
        this.limit = limit;
    }

    String name() {
        return name;
    }

    double value() {
        return value;
    }

    String unit() {
        return unit;
    }

    Double limit() {
        return limit;
    }

    boolean exceedsLimit() {
        return limit != null && value > limit;
    }
}
