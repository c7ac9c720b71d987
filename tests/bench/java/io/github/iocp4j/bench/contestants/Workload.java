package io.github.iocp4j.bench.contestants;

import java.util.concurrent.TimeUnit;

/** The work of one contestant in a benchmark. It is prepared once and then run several times. */
interface Workload {
    /**
     * Where a server can be reached.
     *
     * @return empty if the contestant is not a server
     */
    default String address() {
        return "";
    }

    /**
     * Works for about that long, and waits for the operations in flight. The work of a server is counted by its
     * clients.
     *
     * @param milliseconds how long
     * @return how many operations are done
     * @throws Exception when an operation fails
     */
    default long run(final long milliseconds) throws Exception {
        TimeUnit.MILLISECONDS.sleep(milliseconds);
        return 0;
    }

    /**
     * Whether {@link #run} does the work itself, and does not only wait for threads that do.
     *
     * @return false where nothing else is said
     */
    default boolean worksOnCallersThread() {
        return false;
    }

    /**
     * Upcalls from native code so far.
     *
     * @return 0 if there are none, or if they are not counted
     */
    default long upcalls() {
        return 0;
    }

    /**
     * Completions that those upcalls brought.
     *
     * @return 0 if there are none, or if they are not counted
     */
    default long completions() {
        return 0;
    }
}
