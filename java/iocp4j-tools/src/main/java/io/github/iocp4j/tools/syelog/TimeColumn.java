package io.github.iocp4j.tools.syelog;

/** Formats the time of a log line. */
interface TimeColumn {
    /**
     * Writes the column.
     *
     * @param fileTime the time of the message, within range
     * @return the position after the last byte written
     */
    int put(long fileTime, byte[] into, int at);
}
