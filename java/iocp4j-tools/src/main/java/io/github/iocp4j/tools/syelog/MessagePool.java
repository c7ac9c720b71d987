package io.github.iocp4j.tools.syelog;

import java.util.ArrayDeque;

/** Reuses the messages of clients that have disconnected, because direct memory is slow to allocate and to free. */
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

    /** Returns a message into which no read is in flight. */
    void give(final SyelogMessage message) {
        synchronized (free) {
            if (free.size() < CAPACITY) {
                free.addLast(message);
            }
        }
    }
}
