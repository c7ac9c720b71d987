package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.internal.snapshot.PortCounter;
import io.github.iocp4j.internal.snapshot.SnapshotAccess;
import java.util.List;
import java.util.Objects;

/** Takes snapshots of a port, also when it is closed: then from the last one before. */
final class PortView {
    private static final List<PortCounter> GONE = List.of(PortCounter.WORKERS, PortCounter.OPERATIONS_IN_FLIGHT,
            PortCounter.QUEUED_PACKETS, PortCounter.OPERATIONS_QUARANTINED, PortCounter.DEVICES);

    private final CompletionPort port;
    private PortSnapshot last;

    /**
     * Takes a first snapshot.
     *
     * @throws PortClosedException when the port is closed already
     */
    PortView(final CompletionPort port) {
        this.port = Objects.requireNonNull(port, "port");
        last = port.snapshot();
    }

    synchronized PortSnapshot now() {
        try {
            last = port.snapshot();
        } catch (final PortClosedException closed) {
            last = last.state() == PortState.CLOSED ? last : afterClose(last);
        }
        return last;
    }

    private static PortSnapshot afterClose(final PortSnapshot last) {
        final long[] counters = SnapshotAccess.get().counters(last);
        for (final PortCounter gone : GONE) {
            counters[gone.ordinal()] = 0;
        }
        return SnapshotAccess.get().port(last.name(), PortState.CLOSED, last.isPolled(), last.processId(),
                System.nanoTime(), counters, last.batchesBySize(), last.failures(), List.of(), List.of());
    }
}
