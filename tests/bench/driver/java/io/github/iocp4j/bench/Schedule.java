package io.github.iocp4j.bench;

import java.util.concurrent.TimeUnit;

/** The number and duration of the turns of each contestant. */
final class Schedule {
    private final int rounds;
    private final int mostRounds;
    private final long roundMillis;
    private final long warmUpMillis;

    /**
     * A schedule.
     *
     * @param rounds how many at least
     * @param mostRounds how many at most, until the ratios are resolved
     * @param roundMillis the length of a round
     * @param warmUpMillis what does not count before the first
     */
    Schedule(final int rounds, final int mostRounds, final long roundMillis, final long warmUpMillis) {
        this.rounds = rounds;
        this.mostRounds = mostRounds;
        this.roundMillis = roundMillis;
        this.warmUpMillis = warmUpMillis;
    }

    /** The same schedule with that many times as long to warm up. */
    Schedule warmUps(final int times) {
        return new Schedule(rounds, mostRounds, roundMillis, times * warmUpMillis);
    }

    /** The same schedule with rounds that are that many times as long. */
    Schedule longerRounds(final int times) {
        return new Schedule(rounds, mostRounds, times * roundMillis, warmUpMillis);
    }

    int rounds() {
        return rounds;
    }

    int mostRounds() {
        return mostRounds;
    }

    long roundMillis() {
        return roundMillis;
    }

    /**
     * After that time for each contestant, no round beyond {@link #rounds} begins: the copy of a large file takes
     * longer than {@link #roundMillis}.
     */
    long longestNanos() {
        return TimeUnit.MILLISECONDS.toNanos(2 * mostRounds * roundMillis);
    }

    long warmUpMillis() {
        return warmUpMillis;
    }

    @Override
    public String toString() {
        return rounds + " to " + mostRounds + " rounds of "
                + roundMillis + " ms each, after " + warmUpMillis + " ms to warm up";
    }
}
