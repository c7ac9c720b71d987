package io.github.iocp4j.tools.syelog;

/** How a log line tells its time. */
interface TimeColumn {
    /**
     * Writes the column.
     *
     * @param fileTime when the message was made; a sane one
     * @return the position after the last byte written
     */
    int put(long fileTime, byte[] into, int at);
}
