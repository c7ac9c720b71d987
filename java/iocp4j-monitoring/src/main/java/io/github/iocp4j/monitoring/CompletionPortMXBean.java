package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import java.util.List;
import java.util.Map;

/**
 * A port in JMX. Each attribute is a value of a {@link PortSnapshot} that is taken when the attribute is read.
 * {@link PortManagement} registers it.
 */
public interface CompletionPortMXBean {
    /**
     * The attribute Name.
     *
     * @return {@link PortSnapshot#name}
     */
    String getName();

    /**
     * The attribute State.
     *
     * @return {@link PortSnapshot#state}, which is {@link PortState#CLOSED} for a closed port
     */
    PortState getState();

    /**
     * The attribute Polled.
     *
     * @return {@link PortSnapshot#isPolled}
     */
    boolean isPolled();

    /**
     * The attribute ProcessId.
     *
     * @return {@link PortSnapshot#processId}
     */
    long getProcessId();

    /**
     * The attribute NanoTime.
     *
     * @return {@link PortSnapshot#nanoTime}
     */
    long getNanoTime();

    /**
     * The attribute Concurrency.
     *
     * @return {@link PortSnapshot#concurrency}
     */
    int getConcurrency();

    /**
     * The attribute Workers.
     *
     * @return {@link PortSnapshot#workers}
     */
    int getWorkers();

    /**
     * The attribute BatchCeiling.
     *
     * @return {@link PortSnapshot#batchCeiling}
     */
    int getBatchCeiling();

    /**
     * The attribute OperationCeiling.
     *
     * @return {@link PortSnapshot#operationCeiling}
     */
    int getOperationCeiling();

    /**
     * The attribute OperationsInFlight.
     *
     * @return {@link PortSnapshot#operationsInFlight}
     */
    int getOperationsInFlight();

    /**
     * The attribute MostOperationsInFlight.
     *
     * @return {@link PortSnapshot#mostOperationsInFlight}
     */
    int getMostOperationsInFlight();

    /**
     * The attribute QueuedPackets.
     *
     * @return {@link PortSnapshot#queuedPackets}; -1 for an empty one
     */
    int getQueuedPackets();

    /**
     * The attribute Batches.
     *
     * @return {@link PortSnapshot#batches}
     */
    long getBatches();

    /**
     * The attribute BatchesBySize.
     *
     * @return {@link PortSnapshot#batchesBySize}
     */
    long[] getBatchesBySize();

    /**
     * The attribute Completions.
     *
     * @return {@link PortSnapshot#completions}
     */
    long getCompletions();

    /**
     * The attribute LargestBatch.
     *
     * @return {@link PortSnapshot#largestBatch}
     */
    int getLargestBatch();

    /**
     * The attribute ForeignPackets.
     *
     * @return {@link PortSnapshot#foreignPackets}
     */
    long getForeignPackets();

    /**
     * The attribute FailedDequeues.
     *
     * @return {@link PortSnapshot#failedDequeues}
     */
    long getFailedDequeues();

    /**
     * The attribute UntakenConnections.
     *
     * @return {@link PortSnapshot#untakenConnections}
     */
    long getUntakenConnections();

    /**
     * The attribute OperationsAccepted.
     *
     * @return {@link PortSnapshot#operationsAccepted}
     */
    long getOperationsAccepted();

    /**
     * The attribute OperationsCompleted.
     *
     * @return {@link PortSnapshot#operationsCompleted}
     */
    long getOperationsCompleted();

    /**
     * The attribute OperationsCompletedInline.
     *
     * @return {@link PortSnapshot#operationsCompletedInline}
     */
    long getOperationsCompletedInline();

    /**
     * The attribute Bytes.
     *
     * @return {@link PortSnapshot#bytes}
     */
    long getBytes();

    /**
     * The attribute OperationsQuarantined.
     *
     * @return {@link PortSnapshot#operationsQuarantined}
     */
    long getOperationsQuarantined();

    /**
     * The attribute UnbalancedDevices.
     *
     * @return {@link PortSnapshot#unbalancedDevices}
     */
    long getUnbalancedDevices();

    /**
     * The attribute Failures.
     *
     * @return {@link PortSnapshot#failuresByName}
     */
    Map<String, Long> getFailures();

    /**
     * The attribute WorkerStates.
     *
     * @return {@link PortSnapshot#workerStates}
     */
    List<Worker> getWorkerStates();

    /**
     * The attribute DeviceCount.
     *
     * @return {@link PortSnapshot#deviceCount}
     */
    int getDeviceCount();

    /**
     * The attribute Devices.
     *
     * @return {@link PortSnapshot#devices}
     */
    List<Device> getDevices();

    /** One worker or poller, as in {@link WorkerSnapshot}. */
    interface Worker {
        /**
         * The item activity.
         *
         * @return {@link WorkerSnapshot#activity}
         */
        WorkerActivity getActivity();

        /**
         * The item millis.
         *
         * @return {@link WorkerSnapshot#duration} in milliseconds
         */
        long getMillis();
    }

    /** One device, as in {@link DeviceSnapshot}. */
    interface Device {
        /**
         * The item key.
         *
         * @return {@link DeviceSnapshot#key}
         */
        long getKey();

        /**
         * The item kind.
         *
         * @return {@link DeviceSnapshot#kind}
         */
        DeviceKind getKind();

        /**
         * The item name.
         *
         * @return {@link DeviceSnapshot#name}
         */
        String getName();

        /**
         * The item closing.
         *
         * @return {@link DeviceSnapshot#closing}
         */
        boolean isClosing();

        /**
         * The item operationsInFlight.
         *
         * @return {@link DeviceSnapshot#operationsInFlight}
         */
        int getOperationsInFlight();

        /**
         * The item operationsAccepted.
         *
         * @return {@link DeviceSnapshot#operationsAccepted}
         */
        long getOperationsAccepted();

        /**
         * The item operationsCompleted.
         *
         * @return {@link DeviceSnapshot#operationsCompleted}
         */
        long getOperationsCompleted();

        /**
         * The item operationsCompletedInline.
         *
         * @return {@link DeviceSnapshot#operationsCompletedInline}
         */
        long getOperationsCompletedInline();

        /**
         * The item bytes.
         *
         * @return {@link DeviceSnapshot#bytes}
         */
        long getBytes();
    }
}
