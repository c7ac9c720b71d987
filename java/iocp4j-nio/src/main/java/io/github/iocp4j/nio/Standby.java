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
 * <p>The internal thread polls again when those threads have not polled for some milliseconds, because all of them may
 * be in handlers that block, or the group may be idle. It also does so when handlers are slow, because then more of
 * them must run at a time. So an idle group wakes no thread.
 */
final class Standby {
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(10);
    /** Several times what a handler takes that starts an operation, and what a hand-over costs. */
    private static final long SLOW = TimeUnit.MICROSECONDS.toNanos(300);

    /** The threads that poll and call the handlers themselves. */
    private final List<HandlerThread> pollers = new CopyOnWriteArrayList<>();
    /** Whether the last handler was. */
    private volatile boolean slow;

    void add(final HandlerThread poller) {
        pollers.add(poller);
    }

    void remove(final HandlerThread poller) {
        pollers.remove(poller);
    }

    /** A handler has returned after so many nanoseconds. */
    void handlerTook(final long nanos) {
        final boolean isSlow = nanos >= SLOW;
        if (isSlow != slow) {
            slow = isSlow;
        }
    }

    /** The internal thread has handed a handler over: waits as long as the others are quick enough. */
    void await() {
        if (slow || !isAnyPolling()) {
            return;
        }
        long before;
        do {
            before = polls();
            LockSupport.parkNanos(this, PERIOD);
        } while (!slow && polls() != before);
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
