package io.github.iocp4j;

/** What the thread of a worker or poller does. The native enum Drain::Activity has the same order. */
public enum WorkerActivity {
    /** The thread does not wait on the port: the worker has ended, or the poller is between two polls. */
    AWAY,
    /** The thread waits for packets. */
    WAITING,
    /** The thread runs code of iocp4j, for microseconds. */
    RUNNING,
    /** The thread runs or blocks in the listener. */
    IN_LISTENER;

    private static final WorkerActivity[] VALUES = values();

    static WorkerActivity of(final int code) {
        return VALUES[code];
    }
}
