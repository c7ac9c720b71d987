package io.github.iocp4j.bench;

/**
 * When the requests of an offered load are due: at equal distances, whatever has become of those before, and on the
 * clients in turn. A latency counts from then on, as with wrk2: were it from when the client gets round to it, a server
 * that stalls would be asked less while it does, and its stall would hardly show (coordinated omission).
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

    /** How many there are. */
    long requests() {
        return requests;
    }

    /** When a request is due, on the clock of {@link System#nanoTime}. */
    long due(final long request) {
        return begin + (long) (request * interval);
    }
}
