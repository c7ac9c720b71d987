package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import io.github.iocp4j.internal.snapshot.PortCounter;
import io.github.iocp4j.internal.snapshot.SnapshotAccess;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a snapshot as {@link MonitorProtocol} documents it, and reads one from an untrusted source. */
final class SnapshotCodec {
    /** A message has no more devices than these, the busiest. */
    static final int MAX_DEVICES = 10_000;

    private static final int COUNTERS = PortCounter.values().length;
    private static final int FAILURE_LENGTH = Integer.BYTES + Long.BYTES;
    private static final int WORKER_LENGTH = 1 + Long.BYTES;
    /** With an empty name. */
    private static final int LEAST_DEVICE_LENGTH = 1 + 1 + Integer.BYTES + 5 * Long.BYTES + Short.BYTES;

    private SnapshotCodec() {
    }

    static void write(final PortSnapshot snapshot, final DataOutputStream out) throws IOException {
        out.writeLong(snapshot.processId());
        out.writeLong(snapshot.nanoTime());
        out.writeByte(snapshot.state().ordinal());
        out.writeBoolean(snapshot.isPolled());
        MessageReader.writeText(out, snapshot.name());
        writeNumbers(SnapshotAccess.get().counters(snapshot), out);
        writeNumbers(snapshot.batchesBySize(), out);
        out.writeInt(snapshot.failures().size());
        for (final Map.Entry<Integer, Long> failure : snapshot.failures().entrySet()) {
            out.writeInt(failure.getKey());
            out.writeLong(failure.getValue());
        }
        out.writeInt(snapshot.workerStates().size());
        for (final WorkerSnapshot worker : snapshot.workerStates()) {
            out.writeByte(worker.activity().ordinal());
            out.writeLong(worker.duration().toMillis());
        }
        final List<DeviceSnapshot> devices = busiest(snapshot.devices());
        out.writeInt(devices.size());
        for (final DeviceSnapshot device : devices) {
            write(device, out);
        }
    }

    private static void writeNumbers(final long[] numbers, final DataOutputStream out) throws IOException {
        out.writeByte(numbers.length);
        for (final long number : numbers) {
            out.writeLong(number);
        }
    }

    private static List<DeviceSnapshot> busiest(final List<DeviceSnapshot> devices) {
        return devices.size() <= MAX_DEVICES ? devices
                : devices.stream().sorted(Comparator.comparingLong(DeviceSnapshot::operationsAccepted).reversed())
                        .limit(MAX_DEVICES).collect(Collectors.toList());
    }

    private static void write(final DeviceSnapshot device, final DataOutputStream out) throws IOException {
        out.writeLong(device.key());
        out.writeByte(device.kind().ordinal());
        out.writeBoolean(device.closing());
        out.writeInt(device.operationsInFlight());
        out.writeLong(device.operationsAccepted());
        out.writeLong(device.operationsCompleted());
        out.writeLong(device.operationsCompletedInline());
        out.writeLong(device.bytes());
        MessageReader.writeText(out, device.name());
    }

    static PortSnapshot read(final MessageReader in) throws IOException {
        final long processId = in.number();
        final long nanoTime = in.number();
        final PortState state = in.choice(PortState.values());
        final boolean polled = in.truth();
        final String name = in.text();
        if (in.octet() != COUNTERS) {
            throw new IOException("unexpected number of counters");
        }
        final long[] counters = new long[COUNTERS];
        for (int i = 0; i < COUNTERS; i++) {
            counters[i] = in.numberFrom(i == PortCounter.QUEUED_PACKETS.ordinal() ? -1 : 0);
        }
        final long[] batchesBySize = new long[in.octet()];
        for (int i = 0; i < batchesBySize.length; i++) {
            batchesBySize[i] = in.numberFrom(0);
        }
        final Map<Integer, Long> failures = failures(in);
        final List<WorkerSnapshot> workers = workers(in);
        final List<DeviceSnapshot> devices = devices(in);
        in.end();
        return SnapshotAccess.get().port(name, state, polled, processId, nanoTime, counters, batchesBySize, failures,
                workers, devices);
    }

    private static Map<Integer, Long> failures(final MessageReader in) throws IOException {
        final Map<Integer, Long> failures = new LinkedHashMap<>();
        for (int left = in.count(FAILURE_LENGTH); left > 0; left--) {
            failures.put(in.integer(), in.numberFrom(0));
        }
        return Collections.unmodifiableMap(failures);
    }

    private static List<WorkerSnapshot> workers(final MessageReader in) throws IOException {
        final List<WorkerSnapshot> workers = new ArrayList<>();
        for (int left = in.count(WORKER_LENGTH); left > 0; left--) {
            workers.add(SnapshotAccess.get().worker(in.choice(WorkerActivity.values()), in.numberFrom(0)));
        }
        return Collections.unmodifiableList(workers);
    }

    private static List<DeviceSnapshot> devices(final MessageReader in) throws IOException {
        final List<DeviceSnapshot> devices = new ArrayList<>();
        for (int left = in.count(LEAST_DEVICE_LENGTH); left > 0; left--) {
            devices.add(device(in));
        }
        return Collections.unmodifiableList(devices);
    }

    private static DeviceSnapshot device(final MessageReader in) throws IOException {
        final long key = in.number();
        final DeviceKind kind = in.choice(DeviceKind.values());
        final boolean closing = in.truth();
        final int operationsInFlight = Math.max(0, in.integer());
        final long accepted = in.numberFrom(0);
        final long completed = in.numberFrom(0);
        final long inline = in.numberFrom(0);
        final long bytes = in.numberFrom(0);
        return SnapshotAccess.get().device(
                key, kind, in.text(), closing, operationsInFlight, accepted, completed, inline, bytes);
    }
}
