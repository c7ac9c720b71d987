package io.github.iocp4j.bench.contestants;

/** Executes one operation after another. */
interface Repeated extends Workload {
    /**
     * Executes the operation once.
     *
     * @throws Exception when it fails
     */
    void once() throws Exception;

    @Override
    default boolean worksOnCallersThread() {
        return true;
    }

    @Override
    default long run(final long milliseconds) throws Exception {
        final long end = System.nanoTime() + milliseconds * 1_000_000;
        long operations = 0;
        do {
            once();
            operations++;
        } while (System.nanoTime() < end);
        return operations;
    }
}
