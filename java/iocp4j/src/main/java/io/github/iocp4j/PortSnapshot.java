package io.github.iocp4j;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a {@link CompletionPort} has and has done, at one moment.
 */
public final class PortSnapshot {
    /** How many counters native code fills in; their order is that of the constructor. */
    static final int COUNTERS = 13;
    private static final int DEVICE_FIGURES = 6;

    private final int concurrency;
    private final int workers;
    private final int batchCeiling;
    private final int operationCeiling;
    private final int operationsInFlight;
    private final long batches;
    private final long completions;
    private final int largestBatch;
    private final long foreignPackets;
    private final long operationsAccepted;
    private final long operationsCompleted;
    private final long operationsQuarantined;
    private final long unbalancedDevices;
    private final List<DeviceSnapshot> devices;

    PortSnapshot(final long[] counters, final long[] found) {
        concurrency = (int) counters[0];
        workers = (int) counters[1];
        batchCeiling = (int) counters[2];
        operationCeiling = (int) counters[3];
        operationsInFlight = (int) counters[4];
        batches = counters[5];
        completions = counters[6];
        largestBatch = (int) counters[7];
        foreignPackets = counters[8];
        operationsAccepted = counters[9];
        operationsCompleted = counters[10];
        operationsQuarantined = counters[11];
        unbalancedDevices = counters[12];
        final List<DeviceSnapshot> list = new ArrayList<>(found.length / DEVICE_FIGURES);
        for (int i = 0; i < found.length; i += DEVICE_FIGURES) {
            list.add(new DeviceSnapshot(found[i], DeviceKind.of((int) found[i + 1]),
                    DeviceNative.name(found[i]), (int) found[i + 2], found[i + 3] != 0, found[i + 4], found[i + 5]));
        }
        devices = Collections.unmodifiableList(list);
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
     * @return at least 1
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
     * Batches handed to the listener, which is also the number of calls from native code into Java for them.
     *
     * @return since the port was opened
     */
    public long batches() {
        return batches;
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
     * The devices registered with the port.
     *
     * @return an immutable list, in no particular order
     */
    public List<DeviceSnapshot> devices() {
        return devices;
    }
}
