package io.github.iocp4j;

import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.PollerNative;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An I/O completion port with its worker threads, devices and operations.
 *
 * <p>A port that is never closed stays alive, and so does its listener; its workers are daemon threads and do not keep
 * the JVM from ending. All methods may be called from any thread, the port's workers included.
 *
 * <p>The workers are native threads, attached to the JVM once and for as long as the port lives, under the names
 * {@code NAME-worker-0} and so on. Their context class loader is that of the thread that opened the port. Exceptions of
 * the listener go to {@link Builder#exceptionHandler}; they do not end a worker.
 *
 * <p>A program may end with ports open and operations in flight, by returning from {@code main} or by
 * {@link System#exit} from any thread, a listener's included: no shutdown hook is needed. Windows closes the handles.
 * To make sure that operations in flight complete, close the port first.
 */
public final class CompletionPort implements AutoCloseable {
    static {
        PortAccess.set(new Insides());
    }

    private final CompletionDispatcher dispatcher;
    private final DeviceRegistry devices = new DeviceRegistry();
    private final String name;
    private final Duration closeTimeout;
    private final boolean polled;
    private final Mechanism mechanism;
    private final long id;
    private final PollerList pollers = new PollerList();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean open = true;

    private CompletionPort(final Builder builder) throws Win32Exception {
        NativeLibrary.load();
        name = builder.name;
        closeTimeout = builder.closeTimeout;
        polled = builder.polled;
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
     * @return a builder with the defaults that its methods tell
     */
    public static Builder builder(final CompletionListener listener) {
        return new Builder(Objects.requireNonNull(listener, "listener"), null);
    }

    /**
     * Starts to configure a port whose listener is called once for each batch of completions.
     *
     * @param listener receives every completion of the port
     * @return a builder with the defaults that its methods tell
     */
    public static Builder batchBuilder(final BatchListener listener) {
        return new Builder(null, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Opens a port with the default values.
     *
     * @param listener receives every completion of the port
     * @return the open port
     * @throws Win32Exception when Windows refuses
     * @throws NativeLibraryError when iocp4j.dll cannot be loaded, as on any system but Windows x64
     */
    public static CompletionPort open(final CompletionListener listener) throws Win32Exception {
        return builder(listener).open();
    }

    /**
     * Queues a packet of the caller's own, which arrives at the listener with opcode {@link Opcode#POST}
     * ({@code PostQueuedCompletionStatus}). Packets posted by one thread are dequeued in the order in which they were
     * posted; two workers that have dequeued one each call the listener in any order. The packet counts as an operation
     * in flight until it is dequeued.
     *
     * @param key any number, given back by {@link Completion#key}
     * @param bytes any number, given back by {@link Completion#bytes}
     * @param token any number, given back by {@link Completion#token}
     * @throws PortClosedException when the port is closed or closing
     * @throws OperationLimitException when the ceiling of operations in flight is reached
     * @throws Win32Exception when Windows is out of memory for packets; nothing was queued
     */
    public void post(final long key, final int bytes, final long token) throws Win32Exception {
        EngineError.key(PortNative.post(id, key, bytes, token), "PostQueuedCompletionStatus", this);
    }

    /**
     * Opens a poller, with which one thread at a time drains this port.
     *
     * @return the poller, which the caller must close
     * @throws IllegalStateException when the port has workers, which drain it already: build it with
     *     {@link Builder#polled}; or when it has 1024 pollers
     * @throws PortClosedException when the port is closed and all that belonged to it is gone
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
     * Makes one poll return, the one that is waiting or else the next ({@code PostQueuedCompletionStatus}). Several
     * calls before a poll returns count as one. Completions that were queued before are delivered first. Does nothing
     * on a port with workers or on a closed one, and never fails.
     */
    public void wakeUp() {
        PortNative.wakeUp(id);
    }

    /**
     * Whether callers' threads drain this port.
     *
     * @return true if it was built with {@link Builder#polled}, false if it has workers
     */
    public boolean isPolled() {
        return polled;
    }

    /**
     * How this port learns that an operation is over.
     *
     * @return the builder's setting, by default {@link Mechanism#COMPLETION_PORT}
     */
    public Mechanism mechanism() {
        return mechanism;
    }

    /**
     * The port's devices and counters at this moment.
     *
     * @return a snapshot; each figure is exact, but they are read one after another
     * @throws PortClosedException when the port is closed and its workers are gone
     */
    public PortSnapshot snapshot() {
        final PortSnapshot snapshot = NativeSnapshot.take(this);
        if (snapshot == null) {
            throw EngineError.PORT_CLOSED.exception(this);
        }
        return snapshot;
    }

    /**
     * The name given to the builder, which begins the names of the worker threads.
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
     * Closes the port with the close timeout given to the builder; see {@link #close(Duration)}. After the timeout, the
     * {@link System.Logger} {@code io.github.iocp4j} gets a warning that names the workers which are in the listener,
     * and for how long.
     */
    @Override
    public void close() {
        final long began = System.nanoTime();
        if (!close(closeTimeout)) {
            OverdueClose.report(this, this, began);
        }
    }

    /**
     * Closes every device of the port as {@link Device#close(Duration)} does, delivers all posted packets to the
     * listener, then ends the workers with one exit packet each and closes the kernel object. Closing twice is
     * harmless.
     *
     * <p>The caller waits until the port is closed. A worker of any port does not wait, because it might wait for
     * itself: the call returns at once and other threads finish the close. On a polled port the caller itself drains
     * the port until it is closed; in the port's own listener the call returns at once. An interrupt does not end the
     * wait; the thread is still interrupted afterwards. A virtual thread parks and does not pin its carrier.
     *
     * <p>Do not close a port while you hold a lock that the listener may need: the listener then waits for the lock and
     * this call for the listener, until the timeout. Release the lock first, or use {@link #closeAsync}.
     * {@link #snapshot} says which workers are in the listener and for how long.
     *
     * @param timeout how long to wait, zero not to wait. After the timeout, operations whose packet has not come keep
     *     their memory and buffers, and the workers go on to wait for these packets
     * @return whether everything is closed and every worker has ended
     */
    public boolean close(final Duration timeout) {
        final int milliseconds = Timeouts.milliseconds(timeout);
        open = false;
        final boolean closed = OffCarrier.isNeeded()
                ? OffCarrier.call(() -> PortNative.closePort(id) ? 1 : 0) == 1 : PortNative.closePort(id);
        return closed || (polled && !ended.isDone() ? drain(milliseconds) : Ending.await(ended, milliseconds));
    }

    /**
     * Begins to close the port as {@link #close(Duration)} does, and does not wait.
     *
     * @return a future that completes, never exceptionally, when every device is closed, every worker has ended and the
     *     kernel object is closed. It completes on the thread that has finished the close, inside a native call, which
     *     pins a virtual thread: run dependent actions that wait on another executor
     */
    public CompletionStage<Void> closeAsync() {
        close(Duration.ZERO);
        return ended.minimalCompletionStage();
    }

    @Override
    public String toString() {
        return "CompletionPort[" + name + (open ? "]" : ", closed]");
    }

    long id() {
        return id;
    }

    Duration closeTimeout() {
        return closeTimeout;
    }

    /** The device with that key, or null. */
    Device device(final long key) {
        return devices.find(key);
    }

    /** Registers a device that native code has opened, so that completions find its object. */
    <D extends Device> D register(final D device) {
        devices.add(device);
        if (!DeviceNative.exists(device.key())) {
            // The port is closing: the device has ended before its object was registered.
            forget(device.key());
        }
        return device;
    }

    void forget(final long key) {
        final Device device = devices.remove(key);
        if (device != null) {
            device.end();
        }
    }

    void forget(final CompletionPoller poller) {
        pollers.remove(poller);
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    void end() {
        ended.complete(null);
        pollers.closeAll();
    }

    /** Drains a closing polled port on this thread, unless the thread would wait for itself. */
    private boolean drain(final int milliseconds) {
        if (milliseconds == 0 || pollers.isDeliveringOnThisThread()) {
            return false;
        }
        final long began = System.nanoTime();
        int left = milliseconds;
        try (CompletionPoller poller = openPoller()) {
            while (left > 0) {
                poller.poll(left);
                left = milliseconds - (int) Math.min(milliseconds, (System.nanoTime() - began) / 1_000_000);
            }
        } catch (final PortClosedException gone) {
            // The port is closed, which is what we are waiting for. Another thread may still be closing its last
            // handles.
            return Ending.await(ended, left);
        }
        return ended.isDone();
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
        private Duration closeTimeout = Duration.ofSeconds(30);
        private CompletionExceptionHandler exceptionHandler = CompletionDispatcher::passOn;

        private Builder(final CompletionListener listener, final BatchListener batchListener) {
            this.listener = listener;
            this.batchListener = batchListener;
        }

        /**
         * The concurrency value: how many workers Windows lets run at the same time
         * ({@code NumberOfConcurrentThreads}). A worker that blocks does not count. Default: one per processor.
         *
         * @param threads from 1 to 1024
         * @return this
         */
        public Builder concurrency(final int threads) {
            concurrency = Ranges.inRange("concurrency", threads, 1, MAX_WORKERS);
            return this;
        }

        /**
         * The number of worker threads. Default: 2 × processors + 2, so that another worker replaces one that blocks in
         * the listener.
         *
         * @param threads from 1 to 1024
         * @return this
         */
        public Builder workers(final int threads) {
            workers = Ranges.inRange("workers", threads, 1, MAX_WORKERS);
            return this;
        }

        /**
         * Makes a port without workers: the program's threads drain it, each with a {@link CompletionPoller}. Default:
         * a port with workers.
         *
         * @return this
         */
        public Builder polled() {
            polled = true;
            return this;
        }

        /**
         * How Windows notifies the port of completed operations. Default: {@link Mechanism#COMPLETION_PORT}. The others
         * are for handles that cannot be bound to a port, and for comparison.
         *
         * @param how the mechanism for all devices of the port
         * @return this
         */
        public Builder mechanism(final Mechanism how) {
            mechanism = Objects.requireNonNull(how, "mechanism");
            return this;
        }

        /**
         * The largest number of completions in one batch. A worker dequeues at most its share, so that one worker does
         * not empty the queue while others sleep. Default: 256.
         *
         * @param completions from 1 to 4096
         * @return this
         */
        public Builder batch(final int completions) {
            batch = Ranges.inRange("batch", completions, 1, MAX_BATCH);
            return this;
        }

        /**
         * The ceiling of operations in flight on all devices of the port together, posted packets included. An
         * operation beyond it is refused with {@link OperationLimitException}. Default: 65 536. The ceiling itself
         * takes no memory: the native memory grows with the largest number of operations that have been in flight, 128
         * bytes each.
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
         * @param timeout zero not to wait
         * @return this
         */
        public Builder closeTimeout(final Duration timeout) {
            Timeouts.milliseconds(timeout);
            closeTimeout = timeout;
            return this;
        }

        /**
         * Receives each exception of the listener, with the completion that the listener was called for. Default: the
         * {@link System.Logger} {@code io.github.iocp4j} names the completion, and the worker thread's
         * {@link Thread.UncaughtExceptionHandler} gets the exception, which it prints with its stack trace unless the
         * program has set another.
         *
         * @param handler called by the worker or polling thread, which then goes on
         * @return this
         */
        public Builder exceptionHandler(final CompletionExceptionHandler handler) {
            exceptionHandler = Objects.requireNonNull(handler, "exceptionHandler");
            return this;
        }

        /**
         * Creates the port and starts its workers ({@code CreateIoCompletionPort}). The first port of a process loads
         * iocp4j.dll. A virtual thread is pinned during the call, but parks while another thread loads the DLL.
         *
         * @return the open port
         * @throws IllegalStateException when both {@link #polled} and {@link #workers} were called
         * @throws Win32Exception when Windows refuses
         * @throws NativeLibraryError when iocp4j.dll cannot be loaded, as on any system but Windows x64
         */
        public CompletionPort open() throws Win32Exception {
            if (polled && workers > 0) {
                throw new IllegalStateException("A polled port has no workers: either polled() or workers(" + workers
                        + ")");
            }
            return new CompletionPort(this);
        }
    }
}
