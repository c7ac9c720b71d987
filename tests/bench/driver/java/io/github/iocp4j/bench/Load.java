package io.github.iocp4j.bench;

import java.io.Closeable;
import java.io.IOException;

/** The load of a contestant, which counts the operations: the contestant itself, or its clients. */
interface Load extends Closeable {
    /**
     * Works for about that long.
     *
     * @param milliseconds how long
     * @return what was done
     * @throws IOException when something fails
     */
    Run run(long milliseconds) throws IOException;

    /**
     * Works for about that long at an offered load: requests come at a steady rate, and their latencies are measured.
     * Only clients of a server support this.
     *
     * @param milliseconds how long
     * @param perSecond operations
     * @return what was done, with its latencies
     * @throws IOException when something fails
     */
    default Run offer(final long milliseconds, final double perSecond) throws IOException {
        throw new UnsupportedOperationException("Only clients can run at a steady rate");
    }

    /** Makes the load of a contestant that is ready. */
    interface Maker {
        /**
         * Connects the clients, if any.
         *
         * @param contestant the server
         * @return the load
         * @throws IOException when something fails
         */
        Load make(ContestantProcess contestant) throws IOException;
    }
}
