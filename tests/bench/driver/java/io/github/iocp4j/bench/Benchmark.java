package io.github.iocp4j.bench;

import java.io.IOException;

/** Something that can be named on the command line. */
interface Benchmark {
    /**
     * Its name on the command line.
     *
     * @return words with hyphens
     */
    String name();

    /**
     * What the benchmark measures, as a heading.
     *
     * @return a phrase
     */
    String title();

    /**
     * What the figures show, and what they do not show, for readers of the report.
     *
     * @return Markdown, or null if the figures need no explanation
     */
    default String remark() {
        return null;
    }

    /**
     * Runs all its comparisons.
     *
     * @param schedule how long
     * @param findings receives the result of each comparison when it ends, and each counted figure
     * @throws IOException when it cannot be run at all
     * @throws InterruptedException when the thread is interrupted
     */
    void run(Schedule schedule, Findings findings) throws IOException, InterruptedException;
}
