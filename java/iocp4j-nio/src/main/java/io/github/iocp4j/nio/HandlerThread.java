package io.github.iocp4j.nio;

/**
 * The state of a thread that polls a group's port or calls its handlers. Only that thread uses the object, but other
 * threads read how often it has polled.
 */
final class HandlerThread {
    /**
     * How many handlers may be on the stack of a thread, each called because an operation of the one below is done. The
     * next one waits for the completions that are queued already, so that a connection that always has data does not
     * keep the others waiting: it gets one request and its answer for each turn.
     */
    static final int MAX_DEPTH = 2;

    private static final ThreadLocal<HandlerThread> CURRENT = new ThreadLocal<>();

    private final ChannelGroup group;
    private int depth;
    /** How many handlers the thread has called. */
    private int calls;
    /** Counts the begins and the ends of polls, so that it is odd during a poll. Other threads read it. */
    private volatile int polls;
    /** The handler of the completion that the poll has brought. */
    private HandlerCall ready;

    private HandlerThread(final ChannelGroup group) {
        this.group = group;
    }

    /** Makes this thread one of the group. */
    static HandlerThread enter(final ChannelGroup group) {
        final HandlerThread thread = new HandlerThread(group);
        CURRENT.set(thread);
        return thread;
    }

    /** The thread is that of an executor, which may use it for other work. */
    static void leave() {
        CURRENT.remove();
    }

    /** Whether this thread is one of any group. */
    static boolean isCurrent() {
        return CURRENT.get() != null;
    }

    /** Returns null when this thread is not one of the group. */
    static HandlerThread of(final ChannelGroup group) {
        final HandlerThread current = CURRENT.get();
        return current != null && current.group == group ? current : null;
    }

    /** Calls a handler on a thread of the group or of its executor. */
    static void run(final ChannelGroup group, final HandlerCall handler) {
        final HandlerThread known = of(group);
        if (known != null) {
            known.invoke(handler);
            return;
        }
        final HandlerThread before = CURRENT.get();
        try {
            enter(group).invoke(handler);
        } finally {
            if (before == null) {
                leave();
            } else {
                CURRENT.set(before);
            }
        }
    }

    int calls() {
        return calls;
    }

    /** For any thread. */
    boolean isPolling() {
        return (polls & 1) != 0;
    }

    /** How often the thread has begun and ended a poll. For any thread. */
    int polls() {
        return polls;
    }

    void beginPoll() {
        polls++;
    }

    void endPoll() {
        polls++;
    }

    /** Calls the handler now or after the poll; returns false if another thread must call it. */
    boolean accept(final HandlerCall handler) {
        if (isPolling()) {
            if (ready != null) {
                return false;
            }
            ready = handler;
            return true;
        }
        if (depth >= MAX_DEPTH) {
            return false;
        }
        invoke(handler);
        return true;
    }

    HandlerCall takeReady() {
        final HandlerCall taken = ready;
        ready = null;
        return taken;
    }

    void invoke(final HandlerCall handler) {
        depth++;
        calls++;
        try {
            handler.call();
        } finally {
            depth--;
            // An interrupt is for the handler that it reaches, and not for the next one.
            Thread.interrupted();
        }
    }
}
