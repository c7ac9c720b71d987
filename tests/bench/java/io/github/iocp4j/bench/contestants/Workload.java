package io.github.iocp4j.bench.contestants;

import java.util.concurrent.TimeUnit;

/** One contestant's part in a benchmark. It is made ready once and then run several times. */
interface Workload {
    /**
     * Where a server can be reached.
     *
     * @return empty for what is no server
     */
    default String address() {
        return "";
    }

    /**
     * Operates for about that long and lets all that is in flight come home. What a server does is counted by its
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
     * @return 0 where there are none or nobody counts them
     */
    default long upcalls() {
        return 0;
    }

    /**
     * Completions that those upcalls brought.
     *
     * @return 0 where there are none or nobody counts them
     */
    default long completions() {
        return 0;
    }
}
