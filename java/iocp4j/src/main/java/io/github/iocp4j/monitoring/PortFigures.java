package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.WorkerActivity;
import java.util.List;
import java.util.Map;

/**
 * What a port has and has done, as it is told outside its program. The numbers are those of
 * {@link io.github.iocp4j.PortSnapshot}.
 */
public interface PortFigures {
    /**
     * The port's name.
     *
     * @return as in {@link io.github.iocp4j.CompletionPort#name}; others may have the same
     */
    String getName();

    /**
     * Whether the port is open. Of one that is {@link PortState#CLOSED} what has been counted is told as it was seen
     * last, and there are no workers, devices and operations in flight.
     *
     * @return the state
     */
    PortState getState();

    /**
     * Whether callers' threads drain the port.
     *
     * @return false if it has workers
     */
    boolean isPolled();

    /**
     * The process that the port is in.
     *
     * @return Windows' number of it
     */
    long getProcessId();

    /**
     * When the figures were read.
     *
     * @return as in {@link System#nanoTime} of that process: only differences mean anything
     */
    long getNanoTime();

    /**
     * How many workers Windows lets run at the same time.
     *
     * @return at least 1
     */
    int getConcurrency();

    /**
     * How many worker threads there are.
     *
     * @return 0 for a port that is polled
     */
    int getWorkers();

    /**
     * The largest number of completions in one batch.
     *
     * @return at least 1
     */
    int getBatchCeiling();

    /**
     * The largest number of operations in flight.
     *
     * @return at least 1
     */
    int getOperationCeiling();

    /**
     * Operations accepted whose packet has not been dequeued.
     *
     * @return at least 0
     */
    int getOperationsInFlight();

    /**
     * The most operations that have been in flight at the same time.
     *
     * @return since the port was opened
     */
    int getMostOperationsInFlight();

    /**
     * Packets that wait in the kernel for a worker.
     *
     * @return -1 where Windows does not tell
     */
    int getQueuedPackets();

    /**
     * Batches handed to the listener.
     *
     * @return since the port was opened
     */
    long getBatches();

    /**
     * How large the batches were: how many had 1 completion, how many 2 or 3, 4 to 7, and so on, doubling.
     *
     * @return a new array
     */
    long[] getBatchesBySize();

    /**
     * Completions handed to the listener.
     *
     * @return since the port was opened
     */
    long getCompletions();

    /**
     * The size of the largest batch so far.
     *
     * @return at least 0
     */
    int getLargestBatch();

    /**
     * Packets that belong to no operation of the port and were dropped.
     *
     * @return since the port was opened
     */
    long getForeignPackets();

    /**
     * Operations that the port's devices have accepted.
     *
     * @return since the port was opened
     */
    long getOperationsAccepted();

    /**
     * Operations whose completion the listener has finished with.
     *
     * @return since the port was opened
     */
    long getOperationsCompleted();

    /**
     * Operations that were over with the call that started them; {@link #getOperationsCompleted} counts them too.
     *
     * @return since the port was opened
     */
    long getOperationsCompletedInline();

    /**
     * Bytes that operations have moved, either way.
     *
     * @return since the port was opened
     */
    long getBytes();

    /**
     * Operations in flight on devices that are being closed.
     *
     * @return 0 when nothing hangs
     */
    long getOperationsQuarantined();

    /**
     * Devices that have ended with another number of completions than of accepted operations.
     *
     * @return 0; anything else is a defect of iocp4j
     */
    long getUnbalancedDevices();

    /**
     * How many completions have failed, by the name of their status, as {@link io.github.iocp4j.Win32Error#name} has
     * it; {@code OTHER} for those that are not told apart any more.
     *
     * @return an immutable map without zeros
     */
    Map<String, Long> getFailures();

    /**
     * What the threads that drain the port are doing.
     *
     * @return an immutable list, of workers by index
     */
    List<WorkerFigures> getWorkerStates();

    /**
     * How many devices are registered with the port.
     *
     * @return the size of {@link #getDevices}; more when there were too many to tell of each
     */
    int getDeviceCount();

    /**
     * The devices registered with the port.
     *
     * @return an immutable list, in no particular order
     */
    List<DeviceFigures> getDevices();

    /** One worker or poller. */
    interface WorkerFigures {
        /**
         * What its thread is doing.
         *
         * @return the activity
         */
        WorkerActivity getActivity();

        /**
         * For how long.
         *
         * @return milliseconds, exact to some 16
         */
        long getMillis();
    }

    /** One device. */
    interface DeviceFigures {
        /**
         * The completion key.
         *
         * @return a number that no other device of the process ever has
         */
        long getKey();

        /**
         * What kind of device it is.
         *
         * @return the kind
         */
        DeviceKind getKind();

        /**
         * What was opened.
         *
         * @return the device's name; cut short on its way through a pipe if it is very long
         */
        String getName();

        /**
         * Whether it has been closed and only waits for its operations in flight.
         *
         * @return true between closing and the last completion
         */
        boolean isClosing();

        /**
         * Operations accepted and not completed.
         *
         * @return at least 0
         */
        int getOperationsInFlight();

        /**
         * Operations accepted.
         *
         * @return since the device was opened
         */
        long getOperationsAccepted();

        /**
         * Operations whose completion the listener has finished with.
         *
         * @return since the device was opened
         */
        long getOperationsCompleted();

        /**
         * Operations that were over with the call that started them.
         *
         * @return since the device was opened
         */
        long getOperationsCompletedInline();

        /**
         * Bytes that its operations have moved, either way.
         *
         * @return since the device was opened
         */
        long getBytes();
    }
}
