package io.github.iocp4j.device;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.AlertableThreadNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The calling thread, opened for APCs from other threads ({@code QueueUserAPC}). It has the six alertable waits of
 * Windows, in which APCs run. A wait returns the reason for its end: an APC, a signalled object, a packet or a timeout.
 *
 * <p>It must be a platform thread: {@link #current} refuses a virtual one. Any thread may call {@link #execute}; only
 * the thread itself may call the other methods. Tasks run in order, on the thread, and only during a wait of this
 * class; one wait runs all tasks that are queued. An exception of a task goes to the thread's
 * {@link Thread.UncaughtExceptionHandler}, and the wait continues.
 *
 * <pre>{@code
 * try (AlertableThread here = AlertableThread.current()) {
 *     others.use(here);                                   // they call here.execute(...)
 *     while (here.awaitAny(1000, done).kind() != WaitResult.Kind.SIGNALLED) {
 *         tick();
 *     }
 * }
 * }</pre>
 */
public final class AlertableThread implements Executor, AutoCloseable {
    /** No timeout. */
    public static final int FOR_EVER = -1;

    private static final int MAX_OBJECTS = 64;
    private static final int KIND_SHIFT = 32;
    private static final long INTERRUPTED = 1L << 32;
    private static final long WOKEN = 1L << 33;
    private static final WaitResult.Kind[] KINDS = WaitResult.Kind.values();

    private final Queue<Runnable> queued = new ConcurrentLinkedQueue<>();
    private final Thread thread = Thread.currentThread();
    private final long key;
    private volatile boolean open = true;

    private AlertableThread() throws Win32Exception {
        NativeLibrary.load();
        key = EngineError.key(AlertableThreadNative.open(this::runQueued), "OpenThread", thread);
    }

    /**
     * Opens the calling thread for APCs.
     *
     * @return the opened thread, which the calling thread must close before it ends
     * @throws UnsupportedOperationException when this is a virtual thread: Windows would queue APCs to its carrier,
     *     where they would run during a wait of another virtual thread, or never
     * @throws Win32Exception when Windows refuses
     */
    public static AlertableThread current() throws Win32Exception {
        if (OffCarrier.isNeeded()) {
            throw new UnsupportedOperationException("Windows queues APCs to a thread of its own, and this is a virtual"
                    + " thread: on its carrier they could run in another virtual thread's wait, or never. Use a"
                    + " platform thread (Thread.ofPlatform())");
        }
        return new AlertableThread();
    }

    /**
     * Queues a task, which this thread runs in one of its waits ({@code QueueUserAPC}).
     *
     * @param task the task
     * @throws RejectedExecutionException when this is closed or its thread has ended; the task will not run
     */
    @Override
    public void execute(final Runnable task) {
        queued.add(Objects.requireNonNull(task, "task"));
        final boolean accepted = open && AlertableThreadNative.queue(key);
        // A task that the thread has already dequeued still runs.
        if (!accepted && queued.remove(task)) {
            throw new RejectedExecutionException(this + " accepts no more tasks");
        }
    }

    /**
     * Waits for APCs only ({@code SleepEx}).
     *
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @return APC or TIMEOUT
     * @throws IllegalStateException when another thread calls this, or this is closed
     */
    public WaitResult sleep(final int timeoutMillis) {
        checkTimeout(timeoutMillis);
        return ranQueued() ? result(WaitResult.Kind.APC) : resultOf(AlertableThreadNative.sleep(timeoutMillis));
    }

    /**
     * Waits for one object ({@code WaitForSingleObjectEx}).
     *
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @param object what to wait for
     * @return SIGNALLED, ABANDONED, APC or TIMEOUT
     * @throws Win32Exception when Windows cannot wait for it
     * @throws IllegalStateException when another thread calls this, or this or the object is closed
     */
    public WaitResult await(final int timeoutMillis, final WaitableObject object) throws Win32Exception {
        return await(timeoutMillis, AlertableThreadNative.ONE, "WaitForSingleObjectEx", object);
    }

    /**
     * Waits for any of several objects ({@code WaitForMultipleObjectsEx}).
     *
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @param objects from 1 to 64 different objects
     * @return SIGNALLED or ABANDONED with the index of the first such object, APC or TIMEOUT
     * @throws Win32Exception when Windows cannot wait for them
     * @throws IllegalStateException when another thread calls this, or this or an object is closed
     */
    public WaitResult awaitAny(final int timeoutMillis, final WaitableObject... objects) throws Win32Exception {
        Ranges.inRange("The number of objects", objects.length, 1, MAX_OBJECTS);
        return await(timeoutMillis, AlertableThreadNative.ANY, "WaitForMultipleObjectsEx", objects);
    }

    /**
     * Waits until all of several objects are signalled at the same time ({@code WaitForMultipleObjectsEx}).
     *
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @param objects from 1 to 64 different objects
     * @return SIGNALLED, ABANDONED, APC or TIMEOUT
     * @throws Win32Exception when Windows cannot wait for them
     * @throws IllegalStateException when another thread calls this, or this or an object is closed
     */
    public WaitResult awaitAll(final int timeoutMillis, final WaitableObject... objects) throws Win32Exception {
        Ranges.inRange("The number of objects", objects.length, 1, MAX_OBJECTS);
        return await(timeoutMillis, AlertableThreadNative.ALL, "WaitForMultipleObjectsEx", objects);
    }

    /**
     * Waits for input in this thread's message queue or for any of several objects
     * ({@code MsgWaitForMultipleObjectsEx}). Input that is already in the queue ends the wait at once.
     *
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @param objects from 0 to 63 different objects
     * @return MESSAGE, SIGNALLED or ABANDONED with the index of the first such object, APC or TIMEOUT
     * @throws Win32Exception when Windows cannot wait for them
     * @throws IllegalStateException when another thread calls this, or this or an object is closed
     */
    public WaitResult awaitMessage(final int timeoutMillis, final WaitableObject... objects) throws Win32Exception {
        Ranges.inRange("The number of objects", objects.length, 0, MAX_OBJECTS - 1);
        return await(timeoutMillis, AlertableThreadNative.MESSAGE_OR_ANY, "MsgWaitForMultipleObjectsEx", objects);
    }

    /**
     * Signals one object and waits for another, in one step ({@code SignalObjectAndWait}).
     *
     * @param signalled the event to signal
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @param object what to wait for
     * @return SIGNALLED, ABANDONED, APC or TIMEOUT
     * @throws Win32Exception when Windows cannot do either
     * @throws IllegalStateException when another thread calls this, or this or an object is closed
     */
    public WaitResult signalAndAwait(
            final WaitableObject signalled, final int timeoutMillis, final WaitableObject object)
            throws Win32Exception {
        checkTimeout(timeoutMillis);
        if (ranQueued()) {
            signalled.signal();
            return result(WaitResult.Kind.APC);
        }
        return resultOf(EngineError.number(
                AlertableThreadNative.signalAndAwait(signalled.key(), object.key(), timeoutMillis),
                "SignalObjectAndWait", object));
    }

    /**
     * Polls as {@link CompletionPoller#poll(int)} does, in an alertable wait, so that APCs run
     * ({@code GetQueuedCompletionStatusEx}).
     *
     * @param timeoutMillis how long to wait, in milliseconds; {@link #FOR_EVER} for no limit
     * @param poller the poller of a port
     * @return COMPLETIONS, WAKE_UP, APC or TIMEOUT; the end of the port is a TIMEOUT
     * @throws PortClosedException when the port is closed and its last completion is delivered
     * @throws IllegalStateException when another thread calls this, when this or the poller is closed, or when the
     *     poller is in use
     */
    public WaitResult poll(final int timeoutMillis, final CompletionPoller poller) {
        checkTimeout(timeoutMillis);
        return ranQueued() ? result(WaitResult.Kind.APC) : resultOfPoll(PortAccess.get().pollAlertably(poller,
                timeoutMillis));
    }

    /** Runs the queued tasks and refuses new ones. Closing twice is harmless. */
    @Override
    public void close() {
        if (open) {
            checkThread();
            open = false;
            ranQueued();
            AlertableThreadNative.close(key);
        }
    }

    @Override
    public String toString() {
        return "AlertableThread[" + thread.getName() + (open ? "]" : ", closed]");
    }

    /** Called by native code in an APC. */
    private void runQueued() {
        for (Runnable task = queued.poll(); task != null; task = queued.poll()) {
            try {
                task.run();
            } catch (final Throwable thrown) {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
            }
        }
    }

    /**
     * Runs the queued tasks before a wait, and returns whether there were any: an APC may have run in an alertable wait
     * of other code, where it does not run tasks. APCs that are still queued in the kernel run in a wait of their own.
     */
    private boolean ranQueued() {
        if (queued.isEmpty()) {
            return false;
        }
        AlertableThreadNative.sleep(0);
        runQueued();
        return true;
    }

    private WaitResult await(
            final int timeoutMillis, final int what, final String call, final WaitableObject... objects)
            throws Win32Exception {
        checkTimeout(timeoutMillis);
        final long[] keys = new long[objects.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = objects[i].key();
        }
        if (ranQueued()) {
            return result(WaitResult.Kind.APC);
        }
        return resultOf(EngineError.number(AlertableThreadNative.await(keys, what, timeoutMillis), call, this));
    }

    private void checkTimeout(final int timeoutMillis) {
        Ranges.inRange("timeoutMillis", timeoutMillis, FOR_EVER, Integer.MAX_VALUE);
        checkThread();
        if (!open) {
            throw new IllegalStateException(this + ": open the thread again");
        }
    }

    private void checkThread() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException("Only " + thread.getName() + " itself can wait in " + this + ", not "
                    + Thread.currentThread().getName());
        }
    }

    private static WaitResult result(final WaitResult.Kind kind) {
        return new WaitResult(kind, 0);
    }

    private static WaitResult resultOfPoll(final long polled) {
        if ((int) polled > 0) {
            return new WaitResult(WaitResult.Kind.COMPLETIONS, (int) polled);
        }
        if ((polled & INTERRUPTED) != 0) {
            return result(WaitResult.Kind.APC);
        }
        return result((polled & WOKEN) != 0 ? WaitResult.Kind.WAKE_UP : WaitResult.Kind.TIMEOUT);
    }

    private static WaitResult resultOf(final long outcome) {
        return new WaitResult(KINDS[(int) (outcome >> KIND_SHIFT)], (int) outcome);
    }
}
