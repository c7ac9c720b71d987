package io.github.iocp4j.bench.contestants;

import java.util.concurrent.TimeUnit;

/** The work of a server for each message besides the answer: it waits, as for a disk or a database. */
final class Pause {
    /** Answers at once. */
    static final Pause NONE = new Pause("0");

    private final long milliseconds;

    Pause(final String milliseconds) {
        this.milliseconds = Long.parseLong(milliseconds);
    }

    void take() {
        if (milliseconds > 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(milliseconds);
            } catch (final InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
