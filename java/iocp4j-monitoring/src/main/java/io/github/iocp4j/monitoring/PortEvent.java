package io.github.iocp4j.monitoring;

import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** How one port does; its numbers are those of {@link PortSnapshot}. */
@Name("io.github.iocp4j.Port")
@Label("Completion Port")
@Description("Operations, packets, batches and workers of an I/O completion port")
@Category({"iocp4j"})
@Enabled(false)
@Period("1 s")
@StackTrace(false)
final class PortEvent extends Event {
    @Label("Name")
    final String name;

    @Label("Closing")
    final boolean closing;

    @Label("Devices")
    final int devices;

    @Label("Operations in Flight")
    final int operationsInFlight;

    @Label("Most Operations in Flight")
    final int mostOperationsInFlight;

    @Label("Queued Packets")
    @Description("Packets that wait in the kernel for a worker; -1 where Windows does not tell")
    final int queuedPackets;

    @Label("Batches")
    final long batches;

    @Label("Completions")
    final long completions;

    @Label("Largest Batch")
    final int largestBatch;

    @Label("Failures")
    @Description("Completions with another status than success")
    final long failures;

    @Label("Foreign Packets")
    final long foreignPackets;

    @Label("Failed Dequeues")
    @Description("Failed calls of GetQueuedCompletionStatusEx")
    final long failedDequeues;

    @Label("Untaken Connections")
    @Description("Accepted connections that the port has closed because the listener did not take them")
    final long untakenConnections;

    @Label("Operations Accepted")
    final long operationsAccepted;

    @Label("Operations Completed")
    final long operationsCompleted;

    @Label("Operations Completed Inline")
    final long operationsCompletedInline;

    @Label("Operations Quarantined")
    final long operationsQuarantined;

    @Label("Unbalanced Devices")
    final long unbalancedDevices;

    @Label("Bytes")
    @DataAmount
    final long bytes;

    @Label("Workers Away")
    final int workersAway;

    @Label("Workers Waiting")
    final int workersWaiting;

    @Label("Workers Running")
    final int workersRunning;

    @Label("Workers in Listener")
    final int workersInListener;

    @Label("Longest in Listener")
    @Timespan(Timespan.MILLISECONDS)
    final long longestInListener;

    PortEvent(final PortSnapshot port) {
        name = port.name();
        closing = port.state() == PortState.CLOSING;
        devices = port.deviceCount();
        operationsInFlight = port.operationsInFlight();
        mostOperationsInFlight = port.mostOperationsInFlight();
        queuedPackets = port.queuedPackets().orElse(-1);
        batches = port.batches();
        completions = port.completions();
        largestBatch = port.largestBatch();
        failures = port.failures().values().stream().mapToLong(Long::longValue).sum();
        foreignPackets = port.foreignPackets();
        failedDequeues = port.failedDequeues();
        untakenConnections = port.untakenConnections();
        operationsAccepted = port.operationsAccepted();
        operationsCompleted = port.operationsCompleted();
        operationsCompletedInline = port.operationsCompletedInline();
        operationsQuarantined = port.operationsQuarantined();
        unbalancedDevices = port.unbalancedDevices();
        bytes = port.bytes();
        workersAway = count(port, WorkerActivity.AWAY);
        workersWaiting = count(port, WorkerActivity.WAITING);
        workersRunning = count(port, WorkerActivity.RUNNING);
        workersInListener = count(port, WorkerActivity.IN_LISTENER);
        longestInListener = port.workerStates().stream()
                .filter(worker -> worker.activity() == WorkerActivity.IN_LISTENER)
                .mapToLong(worker -> worker.duration().toMillis()).max().orElse(0);
    }

    private static int count(final PortSnapshot port, final WorkerActivity activity) {
        return (int) port.workerStates().stream().filter(worker -> worker.activity() == activity).count();
    }
}
