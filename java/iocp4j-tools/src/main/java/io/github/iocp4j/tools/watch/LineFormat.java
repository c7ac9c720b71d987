package io.github.iocp4j.tools.watch;

import java.time.Instant;

/** How a change becomes a line. */
interface LineFormat {
    /**
     * The line, without its end.
     *
     * @param time when the change was heard of
     * @param action what has happened
     * @param folder the directory, as the user has named it
     * @param path what it has happened to; any text
     */
    String line(Instant time, String action, String folder, String path);
}
