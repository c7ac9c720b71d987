package io.github.iocp4j.bench;

/** The number and duration of the turns of each contestant. */
final class Schedule {
    private final int rounds;
    private final long roundMillis;
    private final long warmUpMillis;

    Schedule(final int rounds, final long roundMillis, final long warmUpMillis) {
        this.rounds = rounds;
        this.roundMillis = roundMillis;
        this.warmUpMillis = warmUpMillis;
    }

    int rounds() {
        return rounds;
    }

    long roundMillis() {
        return roundMillis;
    }

    long warmUpMillis() {
        return warmUpMillis;
    }

    @Override
    public String toString() {
        return rounds + " rounds of " + roundMillis + " ms each, after " + warmUpMillis + " ms to warm up";
    }
}
