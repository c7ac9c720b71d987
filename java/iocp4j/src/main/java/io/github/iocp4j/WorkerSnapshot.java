package io.github.iocp4j;

import java.time.Duration;

/**
 * One worker or poller in a {@link PortSnapshot}.
 */
public final class WorkerSnapshot {
    private final WorkerActivity activity;
    private final Duration duration;

    WorkerSnapshot(final WorkerActivity activity, final Duration duration) {
        this.activity = activity;
        this.duration = duration;
    }

    /**
     * What its thread is doing.
     *
     * @return the activity
     */
    public WorkerActivity activity() {
        return activity;
    }

    /**
     * For how long. A worker that has been {@link WorkerActivity#IN_LISTENER} for long is blocked there.
     *
     * @return as exact as Windows' tick count, some 16 ms
     */
    public Duration duration() {
        return duration;
    }

    @Override
    public String toString() {
        return activity + " for " + duration.toMillis() + " ms";
    }
}
