package io.github.iocp4j.tools.watch;

import java.time.Instant;

/** Formats a change as a line. */
interface LineFormat {
    /**
     * The line, without its end.
     *
     * @param time the time of the completion
     * @param action the kind of change
     * @param folder the directory, as the user has named it
     * @param path the changed file or folder; any text
     */
    String line(Instant time, String action, String folder, String path);
}
