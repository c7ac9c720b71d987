package io.github.iocp4j.bench;

import java.io.Closeable;
import java.io.IOException;

/** What keeps a contestant busy and counts what it gets done: itself, or clients of its. */
interface Load extends Closeable {
    /**
     * Works for about that long.
     *
     * @param milliseconds how long
     * @return what was done
     * @throws IOException when something fails
     */
    Run run(long milliseconds) throws IOException;

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
