package io.github.iocp4j.tools.syelog;

import java.util.ArrayDeque;

/** Keeps messages of clients that have left for the next ones, because direct memory is slow to get and to free. */
final class MessagePool {
    private static final int CAPACITY = 256;

    private final ArrayDeque<SyelogMessage> free = new ArrayDeque<>(CAPACITY);

    SyelogMessage take() {
        synchronized (free) {
            final SyelogMessage message = free.pollLast();
            if (message != null) {
                return message;
            }
        }
        return new SyelogMessage();
    }

    /** Takes a message back, into which nothing is being read any more. */
    void give(final SyelogMessage message) {
        synchronized (free) {
            if (free.size() < CAPACITY) {
                free.addLast(message);
            }
        }
    }
}
