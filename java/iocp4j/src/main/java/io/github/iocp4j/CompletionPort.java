package io.github.iocp4j;

import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PollerNative;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An I/O completion port with its worker threads, devices and operations.
 *
 * <p>Any thread may call the methods, including the port's workers. A port that is never closed stays in memory with
 * its listener. Its workers are daemon threads and do not keep the JVM alive.
 *
 * <p>The workers are native threads that stay attached to the JVM until the port is closed. Their names are
 * {@code NAME-worker-0} and so on. Their context class loader is that of the thread that opened the port. An exception
 * of the listener goes to {@link Builder#exceptionHandler} and does not end the worker.
 *
 * <p>A program may end while ports are open and operations are in flight: {@code main} returns, or any thread calls
 * {@link System#exit}, also in a listener. No shutdown hook is needed, because Windows closes the handles. To make sure
 * that operations in flight complete, close the port first.
 */
public final class CompletionPort implements AutoCloseable {

    static {
        PortAccess.set(new Insides());
    }

    private final CompletionDispatcher dispatcher;
    private final String name;
    private final int closeTimeoutMillis;
    private final boolean polled;
    private final Mechanism mechanism;
    private final long id;
    /** Null on a port with workers. */
    private final PollerList pollers;
    private final AtomicLong untaken = new AtomicLong();
    private final Object endLock = new Object();
    private boolean hasEnded;
    /** Created when the end is first awaited, because a program that opens a port pays for each class it loads. */
    private CompletableFuture<Void> ended;
    private volatile boolean open = true;

    private CompletionPort(final Builder builder) throws Win32Exception {
        NativeLibrary.load();
        name = builder.name;
        closeTimeoutMillis = builder.closeTimeoutMillis;
        polled = builder.polled;
        pollers = polled ? new PollerList() : null;
        mechanism = builder.mechanism;
        dispatcher = new CompletionDispatcher(
                this, builder.listener, builder.batchListener, builder.exceptionHandler);
        id = EngineError.key(
                PortNative.openPort(dispatcher, name, builder.concurrency, builder.workers, builder.batch,
                        builder.operations, polled, mechanism.ordinal()),
                "CreateIoCompletionPort", this);
    }

    /**
     * Starts to configure a port.
     *
     * @param listener receives every completion of the port
     * @return a builder with the defaults that its methods document
     */
    public static Builder builder(final CompletionListener listener) {
        return new Builder(Objects.requireNonNull(listener, "listener"), null);
    }

    /**
     * Starts to configure a port whose listener is called once for each batch of completions.
     *
     * @param listener receives every completion of the port
     * @return a builder with the defaults that its methods document
     */
    public static Builder batchBuilder(final BatchListener listener) {
        return new Builder(null, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Opens a port with the defaults of {@link Builder}.
     *
     * @param listener receives every completion of the port
     * @return the open port
     * @throws Win32Exception when Windows refuses
     * @throws NativeLibraryError when iocp4j.dll cannot be loaded, for example because the system is not Windows x64
     */
    public static CompletionPort open(final CompletionListener listener) throws Win32Exception {
        return builder(listener).open();
    }

    /**
     * Queues a packet, which arrives at the listener with opcode {@link Opcode#POST}
     * ({@code PostQueuedCompletionStatus}). The packets of one thread are dequeued in the order in which they were
     * posted; but two workers that have each dequeued a packet call the listener in any order. The packet counts as an
     * operation in flight until it is dequeued.
     *
     * @param key any number; {@link Completion#key} returns it
     * @param bytes any number; {@link Completion#bytes} returns it
     * @param token any number; {@link Completion#token} returns it
     * @throws PortClosedException when the port is closed or closing
     * @throws PortLostException when other code has closed the handle of the port
     * @throws OperationLimitException when the ceiling of operations in flight is reached
     * @throws Win32Exception when Windows has no memory for a packet; nothing was queued
     */
    public void post(final long key, final int bytes, final long token) throws Win32Exception {
        EngineError.key(PortNative.post(id, key, bytes, token), "PostQueuedCompletionStatus", this);
    }

    /**
     * Opens a poller, with which one thread at a time dequeues the packets of this port.
     *
     * @return the poller, which the caller must close
     * @throws IllegalStateException when the port has workers, because it was built without {@link Builder#polled}, or
     *     when 1024 pollers are open
     * @throws PortClosedException when the port is closed and its last completion is delivered
     */
    public CompletionPoller openPoller() {
        final long answer = PollerNative.open(id);
        if (answer < 0) {
            throw EngineError.of(answer).exception(this);
        }
        final ByteBuffer records = PollerNative.records(answer);
        if (records == null) {
            throw EngineError.PORT_CLOSED.exception(this);
        }
        return pollers.add(
                index -> new CompletionPoller(answer, dispatcher, new CompletionBatch(this, index, records)));
    }

    /**
     * Ends one poll: one that is waiting, or else the next one ({@code PostQueuedCompletionStatus}). Several calls
     * before a poll returns have the effect of one. Completions that are already queued are delivered first. The call
     * never fails; it has no effect on a closed port or a port with workers.
     */
    public void wakeUp() {
        PortNative.wakeUp(id);
    }

    /**
     * Whether threads of the program poll this port.
     *
     * @return true if it was built with {@link Builder#polled}, false if it has workers
     */
    public boolean isPolled() {
        return polled;
    }

    /**
     * How Windows notifies this port of completed operations.
     *
     * @return the builder's setting, by default {@link Mechanism#COMPLETION_PORT}
     */
    public Mechanism mechanism() {
        return mechanism;
    }

    /**
     * The port's devices and counters at this moment.
     *
     * @return a snapshot; each counter is exact, but the counters are read one after another
     * @throws PortClosedException when the port is closed and its workers have ended
     */
    public PortSnapshot snapshot() {
        final PortSnapshot snapshot = NativeSnapshot.take(this);
        if (snapshot == null) {
            throw EngineError.PORT_CLOSED.exception(this);
        }
        return snapshot;
    }

    /**
     * The name of the port, with which the names of the worker threads begin.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Whether {@link #close} has not been called yet.
     *
     * @return false as soon as close has begun
     */
    public boolean isOpen() {
        return open;
    }

    /**
     * Closes the port with the timeout of {@link Builder#closeTimeout}; see {@link #close(Duration)}. If the timeout
     * passes, the {@link System.Logger} {@code io.github.iocp4j} logs a warning with the workers that are in the
     * listener, and for how long.
     */
    @Override
    public void close() {
        final long began = System.nanoTime();
        if (!close(closeTimeoutMillis)) {
            OverdueClose.report(this, this, began);
        }
    }

    /**
     * Closes every device of the port as {@link Device#close(Duration)} does, delivers all posted packets to the
     * listener, then ends the workers with one exit packet each and closes the kernel object. Closing twice is
     * harmless.
     *
     * <p>The caller waits until the port is closed. A worker of any port does not wait, because it might wait for
     * itself: the call returns at once, and other threads finish the close. On a polled port, the caller polls until
     * the port is closed; in the port's own listener, the call returns at once. An interrupt does not end the wait; the
     * thread is still interrupted afterwards. A virtual thread parks and does not pin its carrier.
     *
     * <p>Do not close a port while you hold a lock that the listener may need: the listener would wait for the lock,
     * and this call for the listener, until the timeout. Release the lock first, or use {@link #closeAsync}.
     * {@link #snapshot} shows which workers are in the listener, and for how long.
     *
     * @param timeout how long to wait; zero does not wait. After the timeout, operations without a packet keep their
     *     memory and buffers, and the workers continue to wait for their packets
     * @return whether everything is closed and every worker has ended
     */
    public boolean close(final Duration timeout) {
        return close(Timeouts.milliseconds(timeout));
    }

    private boolean close(final int milliseconds) {
        open = false;
        final boolean closed = OffCarrier.isNeeded()
                ? OffCarrier.call(() -> PortNative.closePort(id) ? 1 : 0) == 1 : PortNative.closePort(id);
        return closed || (polled && !hasEnded()
                ? pollers.drain(this, milliseconds) : Ending.await(ended(), milliseconds));
    }

    /**
     * Begins to close the port as {@link #close(Duration)} does, without waiting.
     *
     * @return a future that completes, never exceptionally, when every device is closed, every worker has ended and the
     *     kernel object is closed. It completes on the thread that finishes the close, during a native call, which pins
     *     a virtual thread. Therefore run dependent actions that may block on another executor. On a polled port it
     *     completes only if a thread polls until {@link CompletionPoller#poll()} throws {@link PortClosedException}
     */
    public CompletionStage<Void> closeAsync() {
        close(Duration.ZERO);
        return ended().minimalCompletionStage();
    }

    @Override
    public String toString() {
        return "CompletionPort[" + Printable.of(name) + (open ? "]" : ", closed]");
    }

    long id() {
        return id;
    }

    int closeTimeoutMillis() {
        return closeTimeoutMillis;
    }

    /** Null if the port has a batch listener. */
    CompletionListener listener() {
        return dispatcher.listener();
    }

    /** The device with that key, or null. */
    Device device(final long key) {
        final Device device = DeviceRegistry.OF_PROCESS.find(key);
        return device != null && device.port() == this ? device : null;
    }

    /** Registers a device that native code has opened, so that completions find its object. */
    <D extends Device> D register(final D device) {
        DeviceRegistry.OF_PROCESS.add(device);
        if (!DeviceNative.exists(device.key())) {
            // The port is closing: the device has ended before its object was registered.
            DeviceRegistry.OF_PROCESS.remove(device.key());
            device.end();
        }
        return device;
    }

    void forget(final long key) {
        final Device device = DeviceRegistry.OF_PROCESS.remove(key);
        if (device != null) {
            device.end();
        }
    }

    void forget(final CompletionPoller poller) {
        pollers.remove(poller);
    }

    /** Counts an accepted connection that was closed because the listener did not take it. */
    void countUntaken() {
        untaken.incrementAndGet();
    }

    long untakenConnections() {
        return untaken.get();
    }

    boolean hasEnded() {
        synchronized (endLock) {
            return hasEnded;
        }
    }

    void end() {
        final CompletableFuture<Void> awaited;
        synchronized (endLock) {
            hasEnded = true;
            awaited = ended;
        }
        if (awaited != null) {
            awaited.complete(null);
        }
        if (polled) {
            pollers.closeAll();
        }
    }

    /** Completes when the port has ended. */
    CompletableFuture<Void> ended() {
        synchronized (endLock) {
            if (ended == null) {
                ended = hasEnded ? CompletableFuture.completedFuture(null) : new CompletableFuture<>();
            }
            return ended;
        }
    }

    /**
     * Configures a port.
     */
    public static final class Builder {
        private static final int MAX_WORKERS = 1024;
        private static final int MAX_BATCH = 4096;
        private static final int MAX_OPERATIONS = 1 << 24;

        private final CompletionListener listener;
        private final BatchListener batchListener;
        private String name = "iocp4j";
        private int concurrency;
        private int workers;
        private boolean polled;
        private Mechanism mechanism = Mechanism.COMPLETION_PORT;
        private int batch = 256;
        private int operations = 65_536;
        private int closeTimeoutMillis = 30_000;
        /** Null for the default. */
        private CompletionExceptionHandler exceptionHandler;

        private Builder(final CompletionListener listener, final BatchListener batchListener) {
            this.listener = listener;
            this.batchListener = batchListener;
        }

        /**
         * The concurrency value: how many workers Windows lets run at the same time
         * ({@code NumberOfConcurrentThreads}). A worker that blocks does not count. Default: one per processor
         * that the affinity of the process allows.
         *
         * @param threads from 1 to 1024
         * @return this
         */
        public Builder concurrency(final int threads) {
            concurrency = Ranges.inRange("concurrency", threads, 1, MAX_WORKERS);
            return this;
        }

        /**
         * The number of worker threads. Default: 2 × these processors + 2, so that another worker can replace one that
         * blocks in the listener.
         *
         * @param threads from 1 to 1024
         * @return this
         */
        public Builder workers(final int threads) {
            workers = Ranges.inRange("workers", threads, 1, MAX_WORKERS);
            return this;
        }

        /**
         * Builds a port without workers: threads of the program poll it, each with a {@link CompletionPoller}. Default:
         * a port with workers.
         *
         * @return this
         */
        public Builder polled() {
            polled = true;
            return this;
        }

        /**
         * How Windows notifies the port of completed operations. Default: {@link Mechanism#COMPLETION_PORT}. The other
         * mechanisms are for handles that cannot be bound to a port, and for comparison.
         *
         * @param how the mechanism for all devices of the port
         * @return this
         */
        public Builder mechanism(final Mechanism how) {
            mechanism = Objects.requireNonNull(how, "mechanism");
            return this;
        }

        /**
         * The maximum number of completions in one batch. A worker dequeues at most its share of this number, so that
         * one worker does not empty the queue while others wait. It handles them one after another. A worker whose
         * listener takes 0.3 ms or more for each of them dequeues single ones, if the port has other workers. Default:
         * 256.
         *
         * @param completions from 1 to 4096
         * @return this
         */
        public Builder batch(final int completions) {
            batch = Ranges.inRange("batch", completions, 1, MAX_BATCH);
            return this;
        }

        /**
         * The ceiling of operations in flight on all devices of the port together, including posted packets. At the
         * ceiling, further operations are refused with {@link OperationLimitException}. Default: 65 536. The setting
         * itself takes no memory: native memory grows with the largest number of operations that have been in flight,
         * by 132 bytes for each.
         *
         * @param ceiling from 1 to 16 777 216
         * @return this
         */
        public Builder operations(final int ceiling) {
            operations = Ranges.inRange("operations", ceiling, 1, MAX_OPERATIONS);
            return this;
        }

        /**
         * The port's name, with which the names of the worker threads begin: {@code NAME-worker-0} and so on. Default:
         * iocp4j.
         *
         * @param text a short name
         * @return this
         */
        public Builder name(final String text) {
            name = Objects.requireNonNull(text, "name");
            return this;
        }

        /**
         * How long {@link CompletionPort#close()} and {@link Device#close()} wait. Default: 30 seconds.
         *
         * @param timeout zero does not wait
         * @return this
         */
        public Builder closeTimeout(final Duration timeout) {
            closeTimeoutMillis = Timeouts.milliseconds(timeout);
            return this;
        }

        /**
         * The handler of the listener's exceptions. Default: the {@link System.Logger} {@code io.github.iocp4j} logs
         * the completion that the listener was called for, and the {@link Thread.UncaughtExceptionHandler} of the
         * worker thread receives the exception. Unless the program has set another one, it prints the stack trace.
         *
         * @param handler called by the worker or polling thread, which then continues
         * @return this
         */
        public Builder exceptionHandler(final CompletionExceptionHandler handler) {
            exceptionHandler = Objects.requireNonNull(handler, "exceptionHandler");
            return this;
        }

        /**
         * Creates the port and starts its workers ({@code CreateIoCompletionPort}). The first port of a process loads
         * iocp4j.dll. A virtual thread is pinned during the call; while another thread loads the DLL, it parks.
         *
         * @return the open port
         * @throws IllegalStateException when both {@link #polled} and {@link #workers} were called
         * @throws Win32Exception when Windows refuses
         * @throws NativeLibraryError when iocp4j.dll cannot be loaded, for example because the system is not Windows
         *     x64
         * @throws SecurityException when a security manager refuses {@code RuntimePermission("loadLibrary.iocp4j")}
         */
        public CompletionPort open() throws Win32Exception {
            if (polled && workers > 0) {
                throw new IllegalStateException("A polled port has no workers: call polled() or workers(" + workers
                        + "), not both");
            }
            return new CompletionPort(this);
        }
    }
}
