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
     * What is done, as a heading.
     *
     * @return a phrase
     */
    String title();

    /**
     * What its figures show, and what they do not, for those who look at the report.
     *
     * @return Markdown, or null where they speak for themselves
     */
    default String remark() {
        return null;
    }

    /**
     * Runs all its comparisons.
     *
     * @param schedule how long
     * @param findings told of each comparison as it ends, and of what is counted
     * @throws IOException when it cannot be run at all
     * @throws InterruptedException when the thread is interrupted
     */
    void run(Schedule schedule, Findings findings) throws IOException, InterruptedException;
}
