package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.Win32Error;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures of one moment, of a port of this process or as they came through a pipe. */
final class Figures implements PortFigures {
    /** Of so many devices each is told of through a pipe. */
    static final int MAX_DEVICES = 10_000;

    private static final String OTHER = "OTHER";
    private static final Counter[] COUNTERS = Counter.values();

    private final String name;
    private final PortState state;
    private final boolean polled;
    private final long processId;
    private final long nanoTime;
    private final long[] counters = new long[COUNTERS.length];
    private final long[] batchesBySize;
    private final Map<Integer, Long> failures;
    private final List<WorkerFigures> workers;
    private final List<DeviceFigures> devices;

    /** What is one number each; their order is that of the protocol. */
    private enum Counter {
        CONCURRENCY, WORKERS, BATCH_CEILING, OPERATION_CEILING, IN_FLIGHT, MOST_IN_FLIGHT, QUEUED, COMPLETIONS,
        LARGEST_BATCH, FOREIGN, ACCEPTED, COMPLETED, INLINE, BYTES, QUARANTINED, UNBALANCED, DEVICES
    }

    /** Those of a port of this process, now. */
    Figures(final CompletionPort port) {
        // Before the snapshot: a port that is closed between the two is told to be open, with what it then had.
        state = port.isOpen() ? PortState.OPEN : PortState.CLOSING;
        final PortSnapshot snapshot = port.snapshot();
        name = port.name();
        polled = port.isPolled();
        processId = ProcessHandle.current().pid();
        nanoTime = System.nanoTime();
        set(Counter.CONCURRENCY, snapshot.concurrency());
        set(Counter.WORKERS, snapshot.workers());
        set(Counter.BATCH_CEILING, snapshot.batchCeiling());
        set(Counter.OPERATION_CEILING, snapshot.operationCeiling());
        set(Counter.IN_FLIGHT, snapshot.operationsInFlight());
        set(Counter.MOST_IN_FLIGHT, snapshot.mostOperationsInFlight());
        set(Counter.QUEUED, snapshot.queuedPackets().orElse(-1));
        set(Counter.COMPLETIONS, snapshot.completions());
        set(Counter.LARGEST_BATCH, snapshot.largestBatch());
        set(Counter.FOREIGN, snapshot.foreignPackets());
        set(Counter.ACCEPTED, snapshot.operationsAccepted());
        set(Counter.COMPLETED, snapshot.operationsCompleted());
        set(Counter.INLINE, snapshot.operationsCompletedInline());
        set(Counter.BYTES, snapshot.bytes());
        set(Counter.QUARANTINED, snapshot.operationsQuarantined());
        set(Counter.UNBALANCED, snapshot.unbalancedDevices());
        set(Counter.DEVICES, snapshot.devices().size());
        batchesBySize = snapshot.batchesBySize();
        failures = snapshot.failures();
        workers = snapshot.workerStates().stream().map(WorkerLine::new)
                .collect(Collectors.toUnmodifiableList());
        devices = snapshot.devices().stream().map(DeviceLine::new)
                .collect(Collectors.toUnmodifiableList());
    }

    /** Those of a port that has closed since it was looked at. */
    private Figures(final Figures last) {
        name = last.name;
        state = PortState.CLOSED;
        polled = last.polled;
        processId = last.processId;
        nanoTime = System.nanoTime();
        System.arraycopy(last.counters, 0, counters, 0, counters.length);
        for (final Counter current : List.of(
                Counter.WORKERS, Counter.IN_FLIGHT, Counter.QUEUED, Counter.QUARANTINED, Counter.DEVICES)) {
            set(current, 0);
        }
        batchesBySize = last.batchesBySize;
        failures = last.failures;
        workers = List.of();
        devices = List.of();
    }

    /** Those that somebody has sent, who may be up to anything. */
    Figures(final FigureReader in) throws IOException {
        processId = in.number();
        nanoTime = in.number();
        state = in.choice(PortState.values());
        polled = in.truth();
        name = in.text();
        if (in.octet() != COUNTERS.length) {
            throw new IOException("it does not have the counters that it should");
        }
        for (final Counter counter : COUNTERS) {
            set(counter, counter == Counter.QUEUED ? in.numberFrom(-1) : in.numberFrom(0));
        }
        batchesBySize = new long[in.octet()];
        for (int i = 0; i < batchesBySize.length; i++) {
            batchesBySize[i] = in.numberFrom(0);
        }
        final Map<Integer, Long> failed = new LinkedHashMap<>();
        for (int left = in.count(Integer.BYTES + Long.BYTES); left > 0; left--) {
            failed.put(in.integer(), in.numberFrom(0));
        }
        failures = Collections.unmodifiableMap(failed);
        final List<WorkerFigures> theirWorkers = new ArrayList<>();
        for (int left = in.count(WorkerLine.LENGTH); left > 0; left--) {
            theirWorkers.add(new WorkerLine(in));
        }
        workers = Collections.unmodifiableList(theirWorkers);
        final List<DeviceFigures> theirDevices = new ArrayList<>();
        for (int left = in.count(DeviceLine.LEAST_LENGTH); left > 0; left--) {
            theirDevices.add(new DeviceLine(in));
        }
        devices = Collections.unmodifiableList(theirDevices);
        in.end();
    }

    Figures afterClose() {
        return state == PortState.CLOSED ? this : new Figures(this);
    }

    /** Writes what the constructor for a reader reads. */
    void writeTo(final DataOutputStream out) throws IOException {
        out.writeLong(processId);
        out.writeLong(nanoTime);
        out.writeByte(state.ordinal());
        out.writeBoolean(polled);
        FigureReader.writeText(out, name);
        out.writeByte(counters.length);
        for (final long counter : counters) {
            out.writeLong(counter);
        }
        out.writeByte(batchesBySize.length);
        for (final long batches : batchesBySize) {
            out.writeLong(batches);
        }
        out.writeInt(failures.size());
        for (final Map.Entry<Integer, Long> failure : failures.entrySet()) {
            out.writeInt(failure.getKey());
            out.writeLong(failure.getValue());
        }
        out.writeInt(workers.size());
        for (final WorkerFigures worker : workers) {
            WorkerLine.write(worker, out);
        }
        final List<DeviceFigures> told = busiestDevices();
        out.writeInt(told.size());
        for (final DeviceFigures device : told) {
            DeviceLine.write(device, out);
        }
    }

    private List<DeviceFigures> busiestDevices() {
        return devices.size() <= MAX_DEVICES ? devices
                : devices.stream().sorted(Comparator.comparingLong(DeviceFigures::getOperationsAccepted).reversed())
                        .limit(MAX_DEVICES).collect(Collectors.toList());
    }

    private void set(final Counter counter, final long value) {
        counters[counter.ordinal()] = value;
    }

    private long get(final Counter counter) {
        return counters[counter.ordinal()];
    }

    private int getInt(final Counter counter) {
        return (int) Math.min(get(counter), Integer.MAX_VALUE);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public PortState getState() {
        return state;
    }

    @Override
    public boolean isPolled() {
        return polled;
    }

    @Override
    public long getProcessId() {
        return processId;
    }

    @Override
    public long getNanoTime() {
        return nanoTime;
    }

    @Override
    public int getConcurrency() {
        return getInt(Counter.CONCURRENCY);
    }

    @Override
    public int getWorkers() {
        return getInt(Counter.WORKERS);
    }

    @Override
    public int getBatchCeiling() {
        return getInt(Counter.BATCH_CEILING);
    }

    @Override
    public int getOperationCeiling() {
        return getInt(Counter.OPERATION_CEILING);
    }

    @Override
    public int getOperationsInFlight() {
        return getInt(Counter.IN_FLIGHT);
    }

    @Override
    public int getMostOperationsInFlight() {
        return getInt(Counter.MOST_IN_FLIGHT);
    }

    @Override
    public int getQueuedPackets() {
        return getInt(Counter.QUEUED);
    }

    @Override
    public long getBatches() {
        long sum = 0;
        for (final long batches : batchesBySize) {
            sum += batches;
        }
        return sum;
    }

    @Override
    public long[] getBatchesBySize() {
        return batchesBySize.clone();
    }

    @Override
    public long getCompletions() {
        return get(Counter.COMPLETIONS);
    }

    @Override
    public int getLargestBatch() {
        return getInt(Counter.LARGEST_BATCH);
    }

    @Override
    public long getForeignPackets() {
        return get(Counter.FOREIGN);
    }

    @Override
    public long getOperationsAccepted() {
        return get(Counter.ACCEPTED);
    }

    @Override
    public long getOperationsCompleted() {
        return get(Counter.COMPLETED);
    }

    @Override
    public long getOperationsCompletedInline() {
        return get(Counter.INLINE);
    }

    @Override
    public long getBytes() {
        return get(Counter.BYTES);
    }

    @Override
    public long getOperationsQuarantined() {
        return get(Counter.QUARANTINED);
    }

    @Override
    public long getUnbalancedDevices() {
        return get(Counter.UNBALANCED);
    }

    @Override
    public Map<String, Long> getFailures() {
        final Map<String, Long> named = new LinkedHashMap<>();
        failures.forEach((status, count) ->
                named.put(status == PortSnapshot.OTHER_STATUSES ? OTHER : Win32Error.name(status), count));
        return Collections.unmodifiableMap(named);
    }

    @Override
    public List<WorkerFigures> getWorkerStates() {
        return workers;
    }

    @Override
    public int getDeviceCount() {
        return getInt(Counter.DEVICES);
    }

    @Override
    public List<DeviceFigures> getDevices() {
        return devices;
    }
}
