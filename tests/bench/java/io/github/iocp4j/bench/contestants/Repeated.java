package io.github.iocp4j.bench.contestants;

/** Does one thing after another, each of them over when the next begins. */
interface Repeated extends Workload {
    /**
     * Does it once.
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
