package io.github.iocp4j.bench;

import java.io.IOException;
import java.util.function.Consumer;

/** Something that can be named on the command line. */
interface Benchmark {
    /**
     * Its name on the command line.
     *
     * @return words with hyphens
     */
    String name();

    /**
     * What is done, as a heading.
     *
     * @return a phrase
     */
    String title();

    /**
     * Runs all its comparisons.
     *
     * @param schedule how long
     * @param listener told of each comparison as it ends
     * @throws IOException when it cannot be run at all
     * @throws InterruptedException when the thread is interrupted
     */
    void run(Schedule schedule, Consumer<ComparisonResult> listener) throws IOException, InterruptedException;
}
