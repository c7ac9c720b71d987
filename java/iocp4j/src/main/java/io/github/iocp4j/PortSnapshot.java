package io.github.iocp4j;

import io.github.iocp4j.internal.snapshot.PortCounter;
import io.github.iocp4j.internal.snapshot.SnapshotAccess;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The state and counters of a {@link CompletionPort} at one moment.
 */
public final class PortSnapshot {
    /**
     * The key in {@link #failures} for statuses beyond the fifteen that a worker counts separately.
     */
    public static final int OTHER_STATUSES = -1;

    static {
        SnapshotAccess.set(new Access());
    }

    private final String name;
    private final PortState state;
    private final boolean polled;
    private final long processId;
    private final long nanoTime;
    private final long[] counters;
    private final long[] batchesBySize;
    private final Map<Integer, Long> failures;
    private final List<WorkerSnapshot> workerStates;
    private final List<DeviceSnapshot> devices;

    /** Takes the figures as they are; the counters are those of {@link PortCounter}, by ordinal. */
    PortSnapshot(
            final String name,
            final PortState state,
            final boolean polled,
            final long processId,
            final long nanoTime,
            final long[] counters,
            final long[] batchesBySize,
            final Map<Integer, Long> failures,
            final List<WorkerSnapshot> workerStates,
            final List<DeviceSnapshot> devices) {
        this.name = name;
        this.state = state;
        this.polled = polled;
        this.processId = processId;
        this.nanoTime = nanoTime;
        this.counters = counters;
        this.batchesBySize = batchesBySize;
        this.failures = failures;
        this.workerStates = workerStates;
        this.devices = devices;
    }

    /**
     * The port's name.
     *
     * @return the same as {@link CompletionPort#name}; other ports may have the same name
     */
    public String name() {
        return name;
    }

    /**
     * Whether the port was open.
     *
     * @return the state
     */
    public PortState state() {
        return state;
    }

    /**
     * Whether threads of the program poll the port.
     *
     * @return the same as {@link CompletionPort#isPolled}
     */
    public boolean isPolled() {
        return polled;
    }

    /**
     * The id of the port's process.
     *
     * @return the process id
     */
    public long processId() {
        return processId;
    }

    /**
     * When the snapshot was taken.
     *
     * @return {@link System#nanoTime} of the port's process: only the difference of two such times has a meaning
     */
    public long nanoTime() {
        return nanoTime;
    }

    /**
     * The concurrency value: how many workers Windows lets run at the same time.
     *
     * @return at least 1
     */
    public int concurrency() {
        return integer(PortCounter.CONCURRENCY);
    }

    /**
     * The number of worker threads.
     *
     * @return at least 1; 0 for a polled port
     */
    public int workers() {
        return integer(PortCounter.WORKERS);
    }

    /**
     * The largest number of completions in one batch.
     *
     * @return at least 1
     */
    public int batchCeiling() {
        return integer(PortCounter.BATCH_CEILING);
    }

    /**
     * The largest number of operations in flight.
     *
     * @return at least 1
     */
    public int operationCeiling() {
        return integer(PortCounter.OPERATION_CEILING);
    }

    /**
     * Accepted operations whose packet is not dequeued yet: operations of devices, accepts of servers, and posted
     * packets.
     *
     * @return from 0 to {@link #operationCeiling}
     */
    public int operationsInFlight() {
        return integer(PortCounter.OPERATIONS_IN_FLIGHT);
    }

    /**
     * The largest number of operations that have been in flight at the same time. It is also the number of 128-byte
     * slots in use.
     *
     * @return from 0 to {@link #operationCeiling}, since the port was opened
     */
    public int mostOperationsInFlight() {
        return integer(PortCounter.MOST_OPERATIONS_IN_FLIGHT);
    }

    /**
     * Packets that wait in the kernel for a worker ({@code NtQueryIoCompletion}).
     *
     * @return empty if Windows does not report it
     */
    public OptionalInt queuedPackets() {
        final int packets = integer(PortCounter.QUEUED_PACKETS);
        return packets < 0 ? OptionalInt.empty() : OptionalInt.of(packets);
    }

    /**
     * Batches delivered to the listener. It is also the number of calls from native code to Java for completions.
     *
     * @return since the port was opened
     */
    public long batches() {
        return Arrays.stream(batchesBySize).sum();
    }

    /**
     * A histogram of batch sizes: the number of batches with 1 completion, with 2 or 3, 4 to 7, and so on, doubling.
     *
     * @return a new array of 13 numbers, the last of which is for batches of 4096
     */
    public long[] batchesBySize() {
        return batchesBySize.clone();
    }

    /**
     * Completions delivered to the listener.
     *
     * @return since the port was opened
     */
    public long completions() {
        return counter(PortCounter.COMPLETIONS);
    }

    /**
     * The size of the largest batch so far.
     *
     * @return from 0 to {@link #batchCeiling}
     */
    public int largestBatch() {
        return integer(PortCounter.LARGEST_BATCH);
    }

    /**
     * Packets that belong to no operation of this port and were dropped. Other code in this process has posted them.
     *
     * @return since the port was opened
     */
    public long foreignPackets() {
        return counter(PortCounter.FOREIGN_PACKETS);
    }

    /**
     * Operations that the devices of this port have accepted, including devices that have ended. Posted packets are not
     * counted.
     *
     * @return since the port was opened
     */
    public long operationsAccepted() {
        return counter(PortCounter.OPERATIONS_ACCEPTED);
    }

    /**
     * Operations whose completion the listener has handled. Equal to {@link #operationsAccepted} when no operation is
     * in flight.
     *
     * @return since the port was opened
     */
    public long operationsCompleted() {
        return counter(PortCounter.OPERATIONS_COMPLETED);
    }

    /**
     * Operations that have completed inline, without a completion ({@link Device#completeInline}).
     * {@link #operationsCompleted} counts them, too.
     *
     * @return since the port was opened
     */
    public long operationsCompletedInline() {
        return counter(PortCounter.OPERATIONS_COMPLETED_INLINE);
    }

    /**
     * Bytes that the port's devices have transferred in both directions.
     *
     * @return since the port was opened
     */
    public long bytes() {
        return counter(PortCounter.BYTES);
    }

    /**
     * The number of {@link #completions} with an error, by {@link CompletionBatch#status}:
     * {@link Win32Error#OPERATION_ABORTED} counts cancels, {@link Win32Error#TIMEOUT} deadlines,
     * {@link Win32Error#HANDLES_CLOSED} closes of the device. Each worker counts fifteen statuses separately, and
     * further ones under {@link #OTHER_STATUSES}.
     *
     * @return an immutable map without zeros
     */
    public Map<Integer, Long> failures() {
        return failures;
    }

    /**
     * The same as {@link #failures}, by the names of the statuses.
     *
     * @return an immutable map from {@link Win32Error#name} to the number of completions; {@link #OTHER_STATUSES} is
     *     named {@code OTHER}
     */
    public Map<String, Long> failuresByName() {
        final Map<String, Long> named = new LinkedHashMap<>();
        failures.forEach((status, count) ->
                named.put(status == OTHER_STATUSES ? "OTHER" : Win32Error.name(status), count));
        return Collections.unmodifiableMap(named);
    }

    /**
     * Operations in flight on closing devices. Their memory, their buffers and the handles of the devices are kept
     * until their packets come, even if the close has timed out.
     *
     * @return 0 when nothing hangs
     */
    public long operationsQuarantined() {
        return counter(PortCounter.OPERATIONS_QUARANTINED);
    }

    /**
     * Devices that have ended with different numbers of accepted and completed operations. A value other than 0 is a
     * defect of iocp4j: please report it.
     *
     * @return 0
     */
    public long unbalancedDevices() {
        return counter(PortCounter.UNBALANCED_DEVICES);
    }

    /**
     * Failed calls of {@code GetQueuedCompletionStatusEx}; timeouts are not counted. The thread tries again after
     * 50 ms, unless the port is lost ({@link CompletionExceptionHandler#onPortLost}).
     *
     * @return since the port was opened
     */
    public long failedDequeues() {
        return counter(PortCounter.FAILED_DEQUEUES);
    }

    /**
     * Accepted connections that the port has closed, because the listener has thrown an exception, or has returned
     * without asking for the connection.
     *
     * @return since the port was opened
     */
    public long untakenConnections() {
        return counter(PortCounter.UNTAKEN_CONNECTIONS);
    }

    /**
     * The activity of the port's workers or pollers.
     *
     * @return an immutable list of the port's workers by index; on a polled port of its pollers, in no particular order
     */
    public List<WorkerSnapshot> workerStates() {
        return workerStates;
    }

    /**
     * The number of devices registered with the port.
     *
     * @return the size of {@link #devices}, or more if this snapshot comes from a monitor's pipe, which may omit
     *     devices
     */
    public int deviceCount() {
        return integer(PortCounter.DEVICES);
    }

    /**
     * The devices registered with the port, including the waiting instances of pipe servers.
     *
     * @return an immutable list, in no particular order
     */
    public List<DeviceSnapshot> devices() {
        return devices;
    }

    @Override
    public String toString() {
        return "PortSnapshot[" + workers() + " workers, " + deviceCount() + " devices, " + operationsInFlight()
                + " operations in flight, " + operationsAccepted() + " accepted, " + operationsCompleted()
                + " completed, " + completions() + " completions in " + batches() + " batches]";
    }

    private long counter(final PortCounter counter) {
        return counters[counter.ordinal()];
    }

    /** Figures from a pipe may be too large for an int. */
    private int integer(final PortCounter counter) {
        return (int) Math.min(counter(counter), Integer.MAX_VALUE);
    }

    /** Lets the module io.github.iocp4j.monitoring make snapshots. */
    private static final class Access extends SnapshotAccess {
        @Override
        public long[] counters(final PortSnapshot snapshot) {
            return snapshot.counters.clone();
        }

        @Override
        public PortSnapshot port(
                final String name, final PortState state, final boolean polled, final long processId,
                final long nanoTime, final long[] counters, final long[] batchesBySize,
                final Map<Integer, Long> failures, final List<WorkerSnapshot> workers,
                final List<DeviceSnapshot> devices) {
            return new PortSnapshot(name, state, polled, processId, nanoTime, counters, batchesBySize, failures,
                    workers, devices);
        }

        @Override
        public WorkerSnapshot worker(final WorkerActivity activity, final long millis) {
            return new WorkerSnapshot(activity, Duration.ofMillis(millis));
        }

        @Override
        public DeviceSnapshot device(
                final long key, final DeviceKind kind, final String name, final boolean closing,
                final int operationsInFlight, final long operationsAccepted, final long operationsCompleted,
                final long operationsCompletedInline, final long bytes) {
            return new DeviceSnapshot(key, kind, name, closing, operationsInFlight, operationsAccepted,
                    operationsCompleted, operationsCompletedInline, bytes);
        }
    }
}
