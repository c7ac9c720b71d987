package io.github.iocp4j;

/** What the thread of a worker or poller does. The native enum Drain::Activity has the same order. */
public enum WorkerActivity {
    /** It does not wait on the port: a worker that has ended, or a poller between two polls. */
    AWAY,
    /** It waits for packets. */
    WAITING,
    /** It runs in iocp4j, for microseconds. */
    RUNNING,
    /** It runs or blocks in the listener. */
    IN_LISTENER;

    private static final WorkerActivity[] VALUES = values();

    static WorkerActivity of(final int code) {
        return VALUES[code];
    }
}
