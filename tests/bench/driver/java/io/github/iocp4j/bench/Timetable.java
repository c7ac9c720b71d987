package io.github.iocp4j.bench;

/**
 * The times at which the requests of an offered load are due: at equal intervals, independent of earlier requests, and
 * for the clients in turn. A latency counts from this time, as in wrk2. If it counted from the time of sending, a
 * server that stalls would get fewer requests during the stall, and the stall would hardly be visible (coordinated
 * omission).
 */
final class Timetable {
    private final long begin;
    private final double interval;
    private final long requests;

    /**
     * Begins now.
     *
     * @param milliseconds how long
     * @param perSecond requests of all clients together
     */
    Timetable(final long milliseconds, final double perSecond) {
        begin = System.nanoTime();
        interval = 1e9 / perSecond;
        requests = Math.max((long) (milliseconds * 1e6 / interval), 1);
    }

    /** The number of requests. */
    long requests() {
        return requests;
    }

    /** When a request is due, on the clock of {@link System#nanoTime}. */
    long due(final long request) {
        return begin + (long) (request * interval);
    }
}
