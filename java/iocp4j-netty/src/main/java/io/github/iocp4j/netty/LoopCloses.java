package io.github.iocp4j.netty;

import io.github.iocp4j.Device;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** The closes of the devices of one loop, and the time that they have when the loop ends. */
final class LoopCloses {
    private static final int POLL_MILLIS = 10;
    private static final long NANOS_PER_MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private final IocpIoHandler handler;
    /** How long the end of the loop waits for completions. */
    private final Duration timeout;
    /** Those that have begun, and have neither ended nor been abandoned. Any thread adds to it while the loop ends. */
    private final Set<DeviceClose> closes = ConcurrentHashMap.newKeySet();
    /** Steps of closes. They run outside of the native call in which completions come and devices end. */
    private final Queue<Runnable> steps = new ConcurrentLinkedQueue<>();
    /** The writes that a close waits for. Only the loop's thread uses them. */
    private final PriorityQueue<LastWrite> lastWrites = new PriorityQueue<>();
    private boolean shuttingDown;
    /** When a loop that is shutting down stops waiting for completions, as {@link System#nanoTime}. */
    private long deadline;
    /** When such a loop cancels the writes that are left. */
    private long writesDeadline;

    LoopCloses(final IocpIoHandler handler, final Duration timeout) {
        this.handler = handler;
        this.timeout = timeout;
    }

    /** Closes the device of the registration: it ends when all its completions have come. */
    void close(final Registration registration, final Device device, final DeviceClose close) {
        begin(registration, close);
        finish(registration, device, close);
    }

    /** As {@link #close}, but the operations in flight have some milliseconds until they are cancelled. */
    void closeLater(
            final Registration registration, final Device device, final int milliseconds, final DeviceClose close) {
        begin(registration, close);
        awaitOperations(registration, device, milliseconds, () -> finish(registration, device, close));
    }

    /**
     * As {@link #closeLater}, but another thread closes the handle, because that may block. First all completions
     * come, so that it is not the thread that handles the last one.
     */
    void closeElsewhere(
            final Registration registration, final Device device, final int milliseconds, final DeviceClose close) {
        begin(registration, close);
        awaitOperations(registration, device, milliseconds, () -> afterPoll(
                () -> GlobalEventExecutor.INSTANCE.execute(() -> finish(registration, device, close))));
    }

    /** From now on, the time for closes is limited. Further calls do nothing. */
    void shutDown() {
        if (!shuttingDown) {
            shuttingDown = true;
            deadline = System.nanoTime() + timeout.toNanos();
            // Then there is time for the completion of the cancel, and for the close of the handle.
            writesDeadline = deadline - timeout.toNanos() / 5;
        }
    }

    Duration timeout() {
        return timeout;
    }

    boolean isShuttingDown() {
        return shuttingDown;
    }

    /** The rest of the time for closes, at least a millisecond, for one look at the completions that have come. */
    Duration timeLeft() {
        return Duration.ofNanos(Math.max(deadline - System.nanoTime(), NANOS_PER_MILLISECOND));
    }

    /** Waits for the completions that the closes have caused, at most until the deadline of the loop's end. */
    void await() {
        runSteps();
        while (!closes.isEmpty() && System.nanoTime() - deadline < 0) {
            handler.poll(POLL_MILLIS);
            proceed();
        }
        final List<DeviceClose> left = List.copyOf(closes);
        closes.removeAll(left);
        left.forEach(close -> run(close::abandoned));
    }

    /** Whether there are steps to run. */
    boolean hasSteps() {
        return !steps.isEmpty();
    }

    /** Whether a write has a deadline, see {@link #untilNextDeadline}. */
    boolean awaitsWrites() {
        return !lastWrites.isEmpty();
    }

    /** The nanoseconds from now to the deadline of the next write; {@link Long#MAX_VALUE} if there is none. */
    long untilNextDeadline(final long now) {
        final LastWrite write = lastWrites.peek();
        return write == null ? Long.MAX_VALUE : write.deadline - now;
    }

    /** Called after each poll: cancels the writes that have had their time, and runs the steps. */
    void proceed() {
        for (LastWrite write = lastWrites.peek(); write != null && isLate(write); write = lastWrites.peek()) {
            lastWrites.remove();
            write.device.cancelAll();
        }
        runSteps();
    }

    void runSteps() {
        for (Runnable next = steps.poll(); next != null; next = steps.poll()) {
            run(next);
        }
    }

    private void begin(final Registration registration, final DeviceClose close) {
        closes.add(close);
        registration.closeBegins();
    }

    private void awaitOperations(
            final Registration registration, final Device device, final int milliseconds, final Runnable next) {
        // Another thread does this only when the loop takes no tasks any more.
        if (milliseconds == 0 || !handler.isOnLoop()) {
            device.cancelAll();
            registration.whenIdle(next);
            return;
        }
        // The loop has the time, and not a timer of Netty, because it must also pass while the loop ends.
        final LastWrite write =
                new LastWrite(device, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds));
        lastWrites.add(write);
        registration.whenIdle(() -> {
            lastWrites.remove(write);
            next.run();
        });
    }

    private boolean isLate(final LastWrite write) {
        final long now = System.nanoTime();
        return write.deadline - now <= 0 || shuttingDown && writesDeadline - now <= 0;
    }

    private void finish(final Registration registration, final Device device, final DeviceClose close) {
        device.closeAsync().thenRun(() -> afterPoll(() -> {
            closes.remove(close);
            registration.closeEnds();
            close.ended();
        }));
    }

    private void afterPoll(final Runnable step) {
        if (handler.isOnLoop() && !handler.isPolling()) {
            run(step);
        } else {
            steps.add(step);
            if (handler.hasEnded()) {
                runSteps();
            } else {
                handler.wakeup();
            }
        }
    }

    private static void run(final Runnable step) {
        try {
            step.run();
        } catch (final Throwable thrown) {
            IocpIoHandler.log("A channel has not finished its close", thrown);
        }
    }

    /** The write in flight of a channel that is being closed. */
    private static final class LastWrite implements Comparable<LastWrite> {
        private final Device device;
        /** When it is cancelled, as {@link System#nanoTime}. */
        private final long deadline;

        LastWrite(final Device device, final long deadline) {
            this.device = device;
            this.deadline = deadline;
        }

        @Override
        public int compareTo(final LastWrite other) {
            return Long.signum(deadline - other.deadline);
        }
    }
}
