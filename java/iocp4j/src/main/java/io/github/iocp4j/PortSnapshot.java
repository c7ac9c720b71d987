package io.github.iocp4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What a {@link CompletionPort} has and has done, at one moment.
 */
public final class PortSnapshot {
    /**
     * What stands in {@link #failures} for all statuses that are not told apart any more.
     */
    public static final int OTHER_STATUSES = -1;

    private static final int FIRST_BATCHES = 16;
    private static final int BATCH_SIZES = 13;
    /** How many counters native code fills in; their order is that of the constructor. */
    static final int COUNTERS = FIRST_BATCHES + BATCH_SIZES;

    private final int concurrency;
    private final int workers;
    private final int batchCeiling;
    private final int operationCeiling;
    private final int operationsInFlight;
    private final int mostOperationsInFlight;
    private final int queuedPackets;
    private final long[] batchesBySize;
    private final long completions;
    private final int largestBatch;
    private final long foreignPackets;
    private final long operationsAccepted;
    private final long operationsCompleted;
    private final long operationsCompletedInline;
    private final long bytes;
    private final long operationsQuarantined;
    private final long unbalancedDevices;
    private final Map<Integer, Long> failures;
    private final List<WorkerSnapshot> workerStates;
    private final List<DeviceSnapshot> devices;

    PortSnapshot(final CompletionPort port, final long[] counters, final long[] lists) {
        concurrency = (int) counters[0];
        workers = (int) counters[1];
        batchCeiling = (int) counters[2];
        operationCeiling = (int) counters[3];
        operationsInFlight = (int) counters[4];
        mostOperationsInFlight = (int) counters[5];
        queuedPackets = (int) counters[6];
        completions = counters[7];
        largestBatch = (int) counters[8];
        foreignPackets = counters[9];
        operationsAccepted = counters[10];
        operationsCompleted = counters[11];
        operationsCompletedInline = counters[12];
        bytes = counters[13];
        operationsQuarantined = counters[14];
        unbalancedDevices = counters[15];
        batchesBySize = Arrays.copyOfRange(counters, FIRST_BATCHES, COUNTERS);
        final Figures figures = new Figures(lists);
        failures = Collections.unmodifiableMap(failures(figures));
        workerStates = Collections.unmodifiableList(workerStates(figures));
        devices = Collections.unmodifiableList(devices(figures, port));
    }

    private static Map<Integer, Long> failures(final Figures figures) {
        final Map<Integer, Long> failures = new LinkedHashMap<>();
        for (int left = figures.nextInt(); left > 0; left--) {
            failures.put(figures.nextInt(), figures.next());
        }
        return failures;
    }

    private static List<WorkerSnapshot> workerStates(final Figures figures) {
        final List<WorkerSnapshot> states = new ArrayList<>();
        for (int left = figures.nextInt(); left > 0; left--) {
            states.add(new WorkerSnapshot(WorkerActivity.of(figures.nextInt()), Duration.ofMillis(figures.next())));
        }
        return states;
    }

    private static List<DeviceSnapshot> devices(final Figures figures, final CompletionPort port) {
        final List<DeviceSnapshot> devices = new ArrayList<>();
        for (int left = figures.nextInt(); left > 0; left--) {
            final long key = figures.next();
            final Device known = port.device(key);
            devices.add(new DeviceSnapshot(key, DeviceKind.of(figures.nextInt()),
                    known != null ? known.name() : DeviceNative.name(key), figures.nextInt(), figures.next() != 0,
                    figures.next(), figures.next(), figures.next(), figures.next()));
        }
        return devices;
    }

    /**
     * How many workers Windows lets run at the same time.
     *
     * @return at least 1
     */
    public int concurrency() {
        return concurrency;
    }

    /**
     * How many worker threads there are.
     *
     * @return at least 1; 0 for a port that is polled
     */
    public int workers() {
        return workers;
    }

    /**
     * The largest number of completions in one batch.
     *
     * @return at least 1
     */
    public int batchCeiling() {
        return batchCeiling;
    }

    /**
     * The largest number of operations in flight.
     *
     * @return at least 1
     */
    public int operationCeiling() {
        return operationCeiling;
    }

    /**
     * Operations accepted whose packet has not been dequeued: those of the devices, the connections that servers wait
     * for, and packets posted.
     *
     * @return from 0 to {@link #operationCeiling}
     */
    public int operationsInFlight() {
        return operationsInFlight;
    }

    /**
     * The most operations that have been in flight at the same time, which is also how much of the memory for them has
     * been used: 128 bytes each.
     *
     * @return from 0 to {@link #operationCeiling}, since the port was opened
     */
    public int mostOperationsInFlight() {
        return mostOperationsInFlight;
    }

    /**
     * Packets that wait in the kernel for a worker ({@code NtQueryIoCompletion}).
     *
     * @return empty where Windows does not tell
     */
    public OptionalInt queuedPackets() {
        return queuedPackets < 0 ? OptionalInt.empty() : OptionalInt.of(queuedPackets);
    }

    /**
     * Batches handed to the listener, which is also the number of calls from native code into Java for them.
     *
     * @return since the port was opened
     */
    public long batches() {
        return Arrays.stream(batchesBySize).sum();
    }

    /**
     * How large the batches were: how many of them had 1 completion, how many 2 or 3, 4 to 7, and so on, doubling.
     *
     * @return a new array of 13 numbers, the last of which is for batches of 4096
     */
    public long[] batchesBySize() {
        return batchesBySize.clone();
    }

    /**
     * Completions handed to the listener.
     *
     * @return since the port was opened
     */
    public long completions() {
        return completions;
    }

    /**
     * The size of the largest batch so far.
     *
     * @return from 0 to {@link #batchCeiling}
     */
    public int largestBatch() {
        return largestBatch;
    }

    /**
     * Packets that were dequeued but belong to no operation of this port, and were dropped. Other code in this process
     * has posted them.
     *
     * @return since the port was opened
     */
    public long foreignPackets() {
        return foreignPackets;
    }

    /**
     * Operations that the devices of this port have accepted, those of devices that are gone included. Posted packets
     * are not counted here.
     *
     * @return since the port was opened
     */
    public long operationsAccepted() {
        return operationsAccepted;
    }

    /**
     * Operations whose completion the listener has finished with. The same as {@link #operationsAccepted} when nothing
     * is in flight.
     *
     * @return since the port was opened
     */
    public long operationsCompleted() {
        return operationsCompleted;
    }

    /**
     * Operations that were over with the call that started them, and which no completion followed
     * ({@link Device#completeInline}). {@link #operationsCompleted} counts them too.
     *
     * @return since the port was opened
     */
    public long operationsCompletedInline() {
        return operationsCompletedInline;
    }

    /**
     * Bytes that the operations of the port's devices have moved, either way.
     *
     * @return since the port was opened
     */
    public long bytes() {
        return bytes;
    }

    /**
     * How many of the {@link #completions} have failed, by status as in {@link CompletionBatch#status}:
     * {@link Win32Error#OPERATION_ABORTED} counts those that were cancelled, {@link Win32Error#TIMEOUT} those whose
     * time was up, {@link Win32Error#HANDLES_CLOSED} those whose device was closed. Each worker tells fifteen statuses
     * apart, and counts those that it meets later under {@link #OTHER_STATUSES}.
     *
     * @return an immutable map without zeros
     */
    public Map<Integer, Long> failures() {
        return failures;
    }

    /**
     * Operations in flight on devices that are being closed. Their memory, their buffers and the devices' handles are
     * kept until Windows is through with them, however long that takes and whoever has stopped waiting for it.
     *
     * @return 0 when nothing hangs
     */
    public long operationsQuarantined() {
        return operationsQuarantined;
    }

    /**
     * Devices that have ended with another number of completions than of accepted operations. It is a defect of iocp4j
     * if there is any: please report it.
     *
     * @return 0
     */
    public long unbalancedDevices() {
        return unbalancedDevices;
    }

    /**
     * What the threads that drain the port are doing.
     *
     * @return an immutable list of the port's workers by index; on a polled port of its pollers, in no particular order
     */
    public List<WorkerSnapshot> workerStates() {
        return workerStates;
    }

    /**
     * The devices registered with the port. The instances of a server's that wait for clients are among them.
     *
     * @return an immutable list, in no particular order
     */
    public List<DeviceSnapshot> devices() {
        return devices;
    }

    @Override
    public String toString() {
        return "PortSnapshot[" + workers + " workers, " + devices.size() + " devices, " + operationsInFlight
                + " operations in flight, " + operationsAccepted + " accepted, " + operationsCompleted + " completed, "
                + completions + " completions in " + batches() + " batches]";
    }

    /** A list of figures that is read from its beginning. */
    private static final class Figures {
        private final long[] figures;
        private int next;

        Figures(final long[] figures) {
            this.figures = figures;
        }

        long next() {
            return figures[next++];
        }

        int nextInt() {
            return (int) next();
        }
    }
}
