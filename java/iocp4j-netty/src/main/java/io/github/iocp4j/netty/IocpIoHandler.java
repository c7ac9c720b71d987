package io.github.iocp4j.netty;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Exception;
import io.netty.channel.ChannelException;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The completion port of one event loop: the loop's thread polls it. Use it as
 * {@code new MultiThreadIoEventLoopGroup(IocpIoHandler.newFactory())}.
 *
 * <p>One run of the loop starts the reads that its channels want, handles one batch of completions, then the loop's
 * tasks. A wait ends at the deadline of the next scheduled task, rounded up to milliseconds; Windows adds up to one
 * tick of its clock. Another thread wakes the loop with a packet, and only while the loop waits.
 *
 * <p>A loop that ends closes its channels, and waits up to 10 seconds until the completion of each operation has come.
 * A write in flight is cancelled after 8 of them, if not before. The buffers of operations that have none by then are
 * never released, because Windows may still write to them. Their channels are closed nevertheless: writes fail with a
 * {@link java.nio.channels.ClosedChannelException}, and {@code close} with an {@link java.io.IOException}.
 */
public final class IocpIoHandler implements IoHandler {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final long NANOS_PER_MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);
    /** For half a million channels that read and write. The ceiling itself takes only addresses, 128 MiB of them. */
    private static final int OPERATIONS = 1 << 20;
    /**
     * So many completions are handled in one run of the loop, as NIO handles all channels that are ready. With fewer,
     * after a burst of many channels, those served first would be served again before the last ones have their turn.
     */
    private static final int BATCH = 1024;
    private static final long NOTHING_SCHEDULED = -1;

    private final ThreadAwareExecutor executor;
    private final CompletionPort port;
    private final CompletionPoller poller;
    private final SuspensionGuard suspension;
    private final Gather gather = new Gather();
    private final CompletionEvent event = new CompletionEvent();
    /** Set while the loop waits or is about to: only then does a wake-up need a packet. */
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final LoopCloses closes;
    private final RegistrationTable registrations = new RegistrationTable();
    private final Runnable closeAll = this::prepareToDestroy;
    /** What the channels start in the next run of the loop, before it polls. */
    private final ArrayDeque<Runnable> starts = new ArrayDeque<>();
    private volatile boolean ended;
    private boolean polling;
    private int handled;
    private IoHandlerContext context;

    private IocpIoHandler(final ThreadAwareExecutor executor, final Duration closeTimeout) {
        this.executor = Objects.requireNonNull(executor, "executor");
        closes = new LoopCloses(this, closeTimeout);
        suspension = new SuspensionGuard(executor);
        try {
            port = CompletionPort.batchBuilder(this::handle).name("netty").polled().batch(BATCH)
                    .operations(OPERATIONS).open();
        } catch (final Win32Exception refused) {
            throw new ChannelException("Windows refuses a completion port for the loop", refused);
        }
        poller = port.openPoller();
    }

    /**
     * Makes a factory, for {@link io.netty.channel.MultiThreadIoEventLoopGroup}.
     *
     * @return the factory
     * @throws UnsatisfiedLinkError when {@link Iocp#isAvailable} is false
     */
    public static IoHandlerFactory newFactory() {
        return newFactory(CLOSE_TIMEOUT);
    }

    /** As {@link #newFactory()}, with another limit for the end of the loop. */
    static IoHandlerFactory newFactory(final Duration closeTimeout) {
        Iocp.ensureAvailability();
        return new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(final ThreadAwareExecutor executor) {
                return new IocpIoHandler(executor, closeTimeout);
            }

            @Override
            public boolean isChangingThreadSupported() {
                return true;
            }
        };
    }

    @Override
    public void initialize() {
        if (executor instanceof SingleThreadEventExecutor) {
            // A loop that is shut down while it runs its tasks, and has no quiet period, does not call prepareToDestroy
            // before it refuses tasks. Netty would then not report the end of the channels to their handlers.
            ((SingleThreadEventExecutor) executor).addShutdownHook(closeAll);
        }
    }

    @Override
    public int run(final IoHandlerContext loop) {
        context = loop;
        handled = 0;
        runStarts();
        if (canBlock(loop)) {
            waiting.set(true);
            try {
                // Asked again, because a task that came before the flag was set has sent no packet.
                poll(canBlock(loop) ? timeout(loop) : 0);
            } finally {
                waiting.set(false);
            }
        } else {
            poll(0);
        }
        closes.proceed();
        return handled;
    }

    @Override
    public void wakeup() {
        if (!isOnLoop() && waiting.get() && waiting.getAndSet(false)) {
            port.wakeUp();
        }
    }

    @Override
    public boolean isCompatible(final Class<? extends IoHandle> type) {
        return AbstractIocpChannel.IocpUnsafe.class.isAssignableFrom(type) || IocpIoHandle.class.isAssignableFrom(type);
    }

    @Override
    public IoRegistration register(final IoHandle handle) {
        if (!isCompatible(handle.getClass())) {
            throw new IllegalArgumentException(handle + " is neither a channel of this transport nor an IocpIoHandle");
        }
        if (closes.isShuttingDown()) {
            throw new IllegalStateException("The event loop is shutting down");
        }
        final Registration left = left(handle);
        if (left != null) {
            left.renew();
            return left;
        }
        final Registration registration = registrations.add(this, handle);
        handle.registered();
        return registration;
    }

    @Override
    public void prepareToDestroy() {
        closes.shutDown();
        registrations.forEach(registration -> {
            close(registration.handle());
            if (registration instanceof DeviceRegistration) {
                // The handle may not have done so.
                registration.cancel();
            }
        });
        // Here, because the loop still runs the tasks with which Netty ends a closed channel.
        closes.await();
    }

    @Override
    public void destroy() {
        try {
            prepareToDestroy();
        } finally {
            closePort();
        }
    }

    private void closePort() {
        polling = true;
        try {
            if (!port.close(closes.timeLeft())) {
                log("Handles are not closed " + closes.timeout() + " after their channels were. If they have operations"
                        + " without a completion, the buffers of these are never released", null);
            }
        } finally {
            polling = false;
        }
        ended = true;
        // After `ended` is set: a thread that has added a step before it could see that relies on this call.
        closes.runSteps();
        gather.release();
    }

    CompletionPort port() {
        return port;
    }

    /** Whether the loop has ended, and closed all its devices with the port. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether a poll is in progress, so that a device may end in a native call. */
    boolean isPolling() {
        return polling;
    }

    LoopCloses closes() {
        return closes;
    }

    /** For one write at a time. */
    Gather gather() {
        return gather;
    }

    /**
     * Runs the action in the next run of the loop, before it polls. A read that starts there, and not while the batch
     * with the previous data is handled, finds more often that data has come: then it completes inline. The engine does
     * not limit how many do so, because every channel has its turn.
     */
    void beforePoll(final Runnable action) {
        starts.add(action);
    }

    /** An operation has completed inline, so that it counts as handled. */
    void completedInline() {
        handled++;
    }

    SuspensionGuard suspension() {
        return suspension;
    }

    void onLoop(final Runnable action) {
        if (isOnLoop()) {
            action.run();
        } else {
            executor.execute(action);
        }
    }

    void remove(final Registration registration) {
        if (registrations.remove(registration)) {
            registration.handle().unregistered();
        }
    }

    /** The channel's cancelled registration, if operations keep it in the table; else null. */
    private Registration left(final IoHandle handle) {
        final Registration earlier = handle instanceof AbstractIocpChannel.IocpUnsafe
                ? ((AbstractIocpChannel.IocpUnsafe) handle).latest() : null;
        return earlier != null && earlier.handler() == this && registrations.contains(earlier) ? earlier : null;
    }

    boolean isOnLoop() {
        return executor.isExecutorThread(Thread.currentThread());
    }

    private boolean canBlock(final IoHandlerContext loop) {
        return loop.canBlock() && !closes.hasSteps() && starts.isEmpty();
    }

    /** Returns how long to wait, in milliseconds; -1 is for ever. */
    private int timeout(final IoHandlerContext loop) {
        final boolean isScheduled = loop.deadlineNanos() != NOTHING_SCHEDULED;
        if (!isScheduled && !closes.awaitsWrites()) {
            return -1;
        }
        final long now = System.nanoTime();
        final long task = isScheduled ? loop.delayNanos(now) : Long.MAX_VALUE;
        final long nanos = Math.min(task, closes.untilNextDeadline(now));
        // Rounded up, because otherwise the loop would poll without waiting in the last millisecond.
        return nanos <= 0 ? 0 : (int) Math.min((nanos - 1) / NANOS_PER_MILLISECOND + 1, Integer.MAX_VALUE);
    }

    void poll(final int milliseconds) {
        polling = true;
        try {
            if (milliseconds < 0) {
                poller.poll();
            } else {
                poller.poll(milliseconds);
            }
        } finally {
            polling = false;
        }
    }

    private void handle(final CompletionBatch batch) {
        // Null when destroy() polls a loop that has never run.
        final boolean timed = context != null && context.shouldReportActiveIoTime();
        final long began = timed ? System.nanoTime() : 0;
        // While the loop does this, it looks at its tasks afterwards anyway.
        waiting.set(false);
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) != Opcode.POST) {
                handle(batch, i);
            }
        }
        handled += batch.size();
        if (timed) {
            context.reportActiveIoTime(System.nanoTime() - began);
        }
    }

    /** Only what is there now: what these actions add is for the next run. */
    private void runStarts() {
        int left = starts.size();
        if (left == 0) {
            return;
        }
        final boolean timed = context.shouldReportActiveIoTime();
        final long began = timed ? System.nanoTime() : 0;
        for (; left > 0; left--) {
            try {
                starts.remove().run();
            } catch (final Throwable thrown) {
                // The other reads belong to other channels.
                log("A channel has not started its read", thrown);
            }
        }
        if (timed) {
            context.reportActiveIoTime(System.nanoTime() - began);
        }
    }

    private void handle(final CompletionBatch batch, final int index) {
        final long token = batch.token(index);
        final Registration registration = registrations.find(token);
        if (registration == null) {
            log("A completion of " + batch.completion(index) + " is dropped, because no handle of this loop has its"
                    + " token: start operations with IocpIoRegistration.token", null);
            return;
        }
        event.set(batch, index, Registration.kind(token));
        try {
            registration.handle().handle(registration, event);
        } catch (final Throwable thrown) {
            // The other completions of the batch belong to other handles.
            log("A handle has not handled its completion", thrown);
        } finally {
            registration.completed();
        }
    }

    private static void close(final IoHandle handle) {
        try {
            handle.close();
        } catch (final Throwable failure) {
            // The other handles are closed nevertheless.
            log("A channel was not closed with its loop", failure);
        }
    }

    static void log(final String message, final Throwable cause) {
        System.getLogger(IocpIoHandler.class.getPackageName()).log(Level.WARNING, message, cause);
    }
}
