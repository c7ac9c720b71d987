package io.github.iocp4j.nio;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The threads that complete futures, and so run their dependent actions. The workers of a port do not run code of
 * programs, because code that blocks would keep the other completions of the worker's batch from their owners.
 *
 * <p>Any number of actions may block, or wait for each other: there are as many threads as run at once. A burst of
 * short actions must not start a thread for each of them. So at most one thread is on its way at a time: when it takes
 * its action, it calls the next one if another action is there. A {@link java.util.concurrent.ForkJoinPool} does so,
 * too, but may forget an action while others block: in Java 11, its call may go to a thread that runs an action.
 */
final class CallbackThreads {
    static final CallbackThreads POOL = new CallbackThreads(TimeUnit.MINUTES.toNanos(1));

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final long keepAliveNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<Runnable> actions = new ArrayDeque<>();
    /** The last one is called first, so that those which are seldom needed end. */
    private final Deque<CallbackThread> idle = new ArrayDeque<>();
    /** Whether a thread has been called or started that has not looked for an action yet. */
    private boolean isOneComing;

    /**
     * Describes a pool without threads.
     *
     * @param keepAliveNanos how long a thread waits for another action before it ends
     */
    CallbackThreads(final long keepAliveNanos) {
        this.keepAliveNanos = keepAliveNanos;
    }

    /** Runs an action on one of the threads. It may block and throw. */
    void execute(final Runnable action) {
        final boolean isNeeded;
        lock.lock();
        try {
            actions.add(action);
            isNeeded = callThread();
        } finally {
            lock.unlock();
        }
        if (isNeeded) {
            startThread();
        }
    }

    /**
     * Sees to it that a thread comes if there is an action. For the holder of the lock.
     *
     * @return whether the caller must start a thread, after it has released the lock
     */
    private boolean callThread() {
        if (isOneComing || actions.isEmpty()) {
            return false;
        }
        isOneComing = true;
        final CallbackThread called = idle.pollLast();
        if (called == null) {
            return true;
        }
        called.isCalled = true;
        called.call.signal();
        return false;
    }

    private void startThread() {
        boolean started = false;
        try {
            OwnPermissions.newThread(new CallbackThread(), "iocp4j-nio-callback-" + STARTED.getAndIncrement()).start();
            started = true;
        } finally {
            if (!started) {
                // Out of memory. The actions wait for a thread that has finished its own, or for the next call.
                lock.lock();
                isOneComing = false;
                lock.unlock();
            }
        }
    }

    private final class CallbackThread implements Runnable {
        private final Condition call = lock.newCondition();
        private boolean isCalled = true;

        @Override
        public void run() {
            for (Runnable action = next(); action != null; action = next()) {
                attempt(action);
            }
        }

        private void attempt(final Runnable step) {
            try {
                step.run();
            } catch (final Throwable thrown) {
                final Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
            } finally {
                // An interrupt is for the action that it reaches, and not for the next one.
                Thread.interrupted();
            }
        }

        /** Returns the next action, or null when there has been none for long. */
        private Runnable next() {
            final Runnable action;
            final boolean isNeeded;
            lock.lock();
            try {
                come();
                while (actions.isEmpty()) {
                    if (!awaitCall()) {
                        return null;
                    }
                    come();
                }
                action = actions.remove();
                isNeeded = callThread();
            } finally {
                lock.unlock();
            }
            if (isNeeded) {
                attempt(CallbackThreads.this::startThread);
            }
            return action;
        }

        private void come() {
            if (isCalled) {
                isCalled = false;
                isOneComing = false;
            }
        }

        /** Waits until this thread is called; returns false if it is not. */
        private boolean awaitCall() {
            idle.addLast(this);
            long left = keepAliveNanos;
            while (!isCalled && left > 0) {
                try {
                    left = call.awaitNanos(left);
                } catch (final InterruptedException byAnAction) {
                    // By an action that has kept this thread: it does not end it.
                    continue;
                }
            }
            if (!isCalled) {
                idle.remove(this);
            }
            return isCalled;
        }
    }
}
