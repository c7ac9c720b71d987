package io.github.iocp4j.nio;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps the internal thread of a group from polling while the other threads that poll are quick enough. Windows gives a
 * packet to the thread that has begun to wait last. That would be the internal thread each time: it is back as soon as
 * it has handed a handler over, and it would hand over all of them.
 *
 * <p>The internal thread polls again when all other threads have been busy with few handlers for some milliseconds,
 * because these may block, and then more of them must run at a time. It also does so when the others have had nothing
 * to do. So an idle group wakes no thread.
 */
final class Standby {
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);
    /** How many begins and ends of polls a thread has in that time if each of its handlers takes 300 microseconds. */
    private static final long QUICK = 2 * PERIOD / TimeUnit.MICROSECONDS.toNanos(300);

    /** The threads that poll and call the handlers themselves. */
    private final List<HandlerThread> pollers = new CopyOnWriteArrayList<>();

    void add(final HandlerThread poller) {
        pollers.add(poller);
    }

    void remove(final HandlerThread poller) {
        pollers.remove(poller);
    }

    /** The internal thread has handed a handler over: waits as long as the others are quick enough. */
    void await() {
        if (!isAnyPolling()) {
            return;
        }
        long before;
        do {
            before = polls();
            LockSupport.parkNanos(this, PERIOD);
        } while (areQuick(polls() - before));
    }

    private boolean areQuick(final long progress) {
        return progress >= QUICK * pollers.size() || progress > 0 && isAnyPolling();
    }

    private boolean isAnyPolling() {
        for (final HandlerThread poller : pollers) {
            if (poller.isPolling()) {
                return true;
            }
        }
        return false;
    }

    private long polls() {
        long sum = 0;
        for (final HandlerThread poller : pollers) {
            sum += poller.polls();
        }
        return sum;
    }
}
