package io.github.iocp4j.tools.copy;

import java.io.InterruptedIOException;

/** Whether Ctrl-C was pressed. */
final class Stop {
    private volatile boolean wanted;

    void want() {
        wanted = true;
    }

    boolean isWanted() {
        return wanted;
    }

    void check() throws InterruptedIOException {
        if (wanted) {
            throw new InterruptedIOException("interrupted: incomplete files are removed");
        }
    }
}
