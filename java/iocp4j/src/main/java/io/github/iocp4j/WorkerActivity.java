package io.github.iocp4j;

/** What the thread of a worker or poller is doing. The native enum Drain::Activity has the same order. */
public enum WorkerActivity {
    /** It does not look at the port: a worker that has left, or a poller between two polls. */
    AWAY,
    /** It waits for packets, and Windows may give it one at any time. */
    WAITING,
    /** It is at work in iocp4j, which takes microseconds. */
    RUNNING,
    /** The listener has been called and has not returned: it is at work, or blocked. */
    IN_LISTENER;

    private static final WorkerActivity[] VALUES = values();

    static WorkerActivity of(final int code) {
        return VALUES[code];
    }
}
