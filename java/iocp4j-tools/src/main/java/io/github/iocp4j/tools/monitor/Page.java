package io.github.iocp4j.tools.monitor;

/** How a look at a port is shown. */
interface Page {
    /** Lines, each with its end. */
    String of(Interval interval);
}
