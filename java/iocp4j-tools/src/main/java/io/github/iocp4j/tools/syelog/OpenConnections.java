package io.github.iocp4j.tools.syelog;

import java.util.HashSet;
import java.util.Set;

/** The clients that are connected. */
final class OpenConnections {
    private final Set<SyelogConnection> open = new HashSet<>();

    synchronized void add(final SyelogConnection connection) {
        open.add(connection);
    }

    synchronized void remove(final SyelogConnection connection) {
        open.remove(connection);
        if (open.isEmpty()) {
            notifyAll();
        }
    }

    /** Ends the reads that wait for a client to write. */
    synchronized void cancelReads() {
        open.forEach(connection -> connection.pipe().cancelAll());
    }

    /** Waits until nobody is connected any more, or the time is up. */
    synchronized void awaitNone(final long millis) throws InterruptedException {
        final long deadline = System.nanoTime() + millis * 1_000_000;
        long left = millis;
        while (!open.isEmpty() && left > 0) {
            wait(left);
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
    }
}
