package io.github.iocp4j.internal.snapshot;

/**
 * The counters of a {@link io.github.iocp4j.PortSnapshot} that are one number each. Their order is that in which native
 * code fills them in, and that of the monitor's protocol.
 */
public enum PortCounter {
    /** {@link io.github.iocp4j.PortSnapshot#concurrency}. */
    CONCURRENCY,
    /** {@link io.github.iocp4j.PortSnapshot#workers}. */
    WORKERS,
    /** {@link io.github.iocp4j.PortSnapshot#batchCeiling}. */
    BATCH_CEILING,
    /** {@link io.github.iocp4j.PortSnapshot#operationCeiling}. */
    OPERATION_CEILING,
    /** {@link io.github.iocp4j.PortSnapshot#operationsInFlight}. */
    OPERATIONS_IN_FLIGHT,
    /** {@link io.github.iocp4j.PortSnapshot#mostOperationsInFlight}. */
    MOST_OPERATIONS_IN_FLIGHT,
    /** {@link io.github.iocp4j.PortSnapshot#queuedPackets}; -1 where Windows does not say. */
    QUEUED_PACKETS,
    /** {@link io.github.iocp4j.PortSnapshot#completions}. */
    COMPLETIONS,
    /** {@link io.github.iocp4j.PortSnapshot#largestBatch}. */
    LARGEST_BATCH,
    /** {@link io.github.iocp4j.PortSnapshot#foreignPackets}. */
    FOREIGN_PACKETS,
    /** {@link io.github.iocp4j.PortSnapshot#operationsAccepted}. */
    OPERATIONS_ACCEPTED,
    /** {@link io.github.iocp4j.PortSnapshot#operationsCompleted}. */
    OPERATIONS_COMPLETED,
    /** {@link io.github.iocp4j.PortSnapshot#operationsCompletedInline}. */
    OPERATIONS_COMPLETED_INLINE,
    /** {@link io.github.iocp4j.PortSnapshot#bytes}. */
    BYTES,
    /** {@link io.github.iocp4j.PortSnapshot#operationsQuarantined}. */
    OPERATIONS_QUARANTINED,
    /** {@link io.github.iocp4j.PortSnapshot#unbalancedDevices}. */
    UNBALANCED_DEVICES,
    /** {@link io.github.iocp4j.PortSnapshot#failedDequeues}. */
    FAILED_DEQUEUES,
    /** {@link io.github.iocp4j.PortSnapshot#deviceCount}; native code has no such counter, but a list of devices. */
    DEVICES,
    /** {@link io.github.iocp4j.PortSnapshot#untakenConnections}, which Java counts. */
    UNTAKEN_CONNECTIONS
}
