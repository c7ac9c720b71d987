package io.github.iocp4j.bench;

/** A picture of the result of a benchmark. */
interface Chart {
    /**
     * Whether there is nothing to draw.
     *
     * @return true when there is nothing to compare
     */
    boolean isEmpty();

    /**
     * Draws it.
     *
     * @return the text of an SVG file
     */
    String svg();
}
