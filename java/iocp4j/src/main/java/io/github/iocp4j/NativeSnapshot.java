package io.github.iocp4j;

import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.internal.snapshot.PortCounter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What native code answers to {@link PortNative#snapshot}: counters, and lists one after another, read in order. */
final class NativeSnapshot {
    private static final int FIRST_BATCHES = PortCounter.DEVICES.ordinal();
    private static final int BATCH_SIZES = 13;
    /** How many counters native code fills in: those of {@link PortCounter} but the last two, then batches by size. */
    static final int COUNTERS = FIRST_BATCHES + BATCH_SIZES;

    private static final long PROCESS_ID = ProcessHandle.current().pid();

    private final long[] lists;
    private int next;

    private NativeSnapshot(final long[] lists) {
        this.lists = lists;
    }

    /** A snapshot of the port; null when the port is gone. */
    static PortSnapshot take(final CompletionPort port) {
        // Before the counters: a port that is closed between the two is shown as open, with what it had then.
        final PortState state = port.isOpen() ? PortState.OPEN : PortState.CLOSING;
        final long[] filled = new long[COUNTERS];
        final long[] lists = PortNative.snapshot(port.id(), filled);
        if (lists == null) {
            return null;
        }
        final NativeSnapshot rest = new NativeSnapshot(lists);
        final Map<Integer, Long> failures = rest.failures();
        final List<WorkerSnapshot> workers = rest.workers();
        final List<DeviceSnapshot> devices = rest.devices(port);
        final long[] counters = Arrays.copyOf(filled, PortCounter.values().length);
        counters[PortCounter.DEVICES.ordinal()] = devices.size();
        counters[PortCounter.UNTAKEN_CONNECTIONS.ordinal()] = port.untakenConnections();
        return new PortSnapshot(port.name(), state, port.isPolled(), PROCESS_ID, System.nanoTime(), counters,
                Arrays.copyOfRange(filled, FIRST_BATCHES, COUNTERS), failures, workers, devices);
    }

    private Map<Integer, Long> failures() {
        final Map<Integer, Long> failures = new LinkedHashMap<>();
        for (int left = nextInt(); left > 0; left--) {
            failures.put(nextInt(), next());
        }
        return Collections.unmodifiableMap(failures);
    }

    private List<WorkerSnapshot> workers() {
        final List<WorkerSnapshot> workers = new ArrayList<>();
        for (int left = nextInt(); left > 0; left--) {
            workers.add(new WorkerSnapshot(WorkerActivity.of(nextInt()), Duration.ofMillis(next())));
        }
        return Collections.unmodifiableList(workers);
    }

    private List<DeviceSnapshot> devices(final CompletionPort port) {
        final List<DeviceSnapshot> devices = new ArrayList<>();
        for (int left = nextInt(); left > 0; left--) {
            final long key = next();
            final Device known = port.device(key);
            final DeviceKind kind = DeviceKind.of(nextInt());
            final int operationsInFlight = nextInt();
            final boolean closing = next() != 0;
            devices.add(new DeviceSnapshot(key, kind, known != null ? known.name() : DeviceNative.name(key), closing,
                    operationsInFlight, next(), next(), next(), next()));
        }
        return Collections.unmodifiableList(devices);
    }

    private long next() {
        return lists[next++];
    }

    private int nextInt() {
        return (int) next();
    }
}
