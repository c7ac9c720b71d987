package io.github.iocp4j.tools.monitor;

/** Formats a snapshot of a port. */
interface Page {
    /** The lines, each with its line end. */
    String of(Interval interval);
}
