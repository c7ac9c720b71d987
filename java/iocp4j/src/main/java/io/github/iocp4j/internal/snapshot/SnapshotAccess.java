package io.github.iocp4j.internal.snapshot;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import java.util.List;
import java.util.Map;

/**
 * Makes snapshots of what a monitor's pipe has brought. The constructors of the snapshots are not public, because a
 * program has no use for them; {@link PortSnapshot} registers the implementation when it is initialized.
 */
public abstract class SnapshotAccess {
    private static volatile SnapshotAccess implementation;

    /** For the implementation. */
    protected SnapshotAccess() {
    }

    /**
     * The implementation.
     *
     * @return the only one
     */
    public static SnapshotAccess get() {
        if (implementation == null) {
            try {
                Class.forName(PortSnapshot.class.getName(), true, PortSnapshot.class.getClassLoader());
            } catch (final ClassNotFoundException impossible) {
                throw new AssertionError(impossible);
            }
        }
        return implementation;
    }

    /**
     * Registers the implementation.
     *
     * @param access what {@link PortSnapshot} makes
     */
    public static void set(final SnapshotAccess access) {
        implementation = access;
    }

    /**
     * All counters of a snapshot.
     *
     * @param snapshot the snapshot
     * @return a new array, by the ordinals of {@link PortCounter}
     */
    public abstract long[] counters(PortSnapshot snapshot);

    /**
     * Makes a snapshot; the parameters are its properties.
     *
     * @param counters by the ordinals of {@link PortCounter}; not copied, as the other arguments are not
     * @return the snapshot
     */
    public abstract PortSnapshot port(
            String name, PortState state, boolean polled, long processId, long nanoTime, long[] counters,
            long[] batchesBySize, Map<Integer, Long> failures, List<WorkerSnapshot> workers,
            List<DeviceSnapshot> devices);

    /**
     * Makes the part of a snapshot that is about a worker.
     *
     * @param millis how long it has been doing that
     * @return the part
     */
    public abstract WorkerSnapshot worker(WorkerActivity activity, long millis);

    /**
     * Makes the part of a snapshot that is about a device; the parameters are its properties.
     *
     * @return the part
     */
    public abstract DeviceSnapshot device(
            long key, DeviceKind kind, String name, boolean closing, int operationsInFlight, long operationsAccepted,
            long operationsCompleted, long operationsCompletedInline, long bytes);
}
