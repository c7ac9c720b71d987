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
     * The activity of its thread.
     *
     * @return the activity
     */
    public WorkerActivity activity() {
        return activity;
    }

    /**
     * The duration of the activity. A worker that is {@link WorkerActivity#IN_LISTENER} for a long time is blocked
     * there.
     *
     * @return the duration, with the resolution of Windows' tick count, about 16 ms
     */
    public Duration duration() {
        return duration;
    }

    @Override
    public String toString() {
        return activity + " for " + duration.toMillis() + " ms";
    }
}
