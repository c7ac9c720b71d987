package io.github.iocp4j;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A handle that is registered with a {@link CompletionPort}.
 *
 * <p>All methods may be called from any thread, the port's workers included.
 */
public abstract class Device implements AutoCloseable {
    private final CompletionPort port;
    private final long key;
    private final String name;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean open = true;
    private volatile Object attachment;

    Device(final CompletionPort port, final long key, final String name) {
        this.port = port;
        this.key = key;
        this.name = name;
    }

    /**
     * The port that this device is registered with.
     *
     * @return the port
     */
    public final CompletionPort port() {
        return port;
    }

    /**
     * The completion key under which this device's completions arrive. Keys are never used twice in one process.
     *
     * @return the key, always positive
     */
    public final long key() {
        return key;
    }

    /**
     * What was opened, as in {@code \\.\pipe\syelog}.
     *
     * @return the name
     */
    public final String name() {
        return name;
    }

    /**
     * Whether {@link #close} has not been called yet. A device that its peer has left is still open.
     *
     * @return false as soon as close has begun
     */
    public final boolean isOpen() {
        return open;
    }

    /**
     * Keeps an object of the caller's with this device, such as the state of a connection.
     *
     * @param object the object, or null for none
     */
    public final void attach(final Object object) {
        attachment = object;
    }

    /**
     * The object kept by {@link #attach}.
     *
     * @return the object, or null when there is none
     */
    public final Object attachment() {
        return attachment;
    }

    /**
     * Asks Windows to cancel one operation ({@code CancelIoEx}). Its completion follows in any case: with
     * {@link Win32Error#OPERATION_ABORTED} when the request came in time, else with the operation's own result. A
     * request that comes too late or twice harms nobody, whatever has taken the operation's place.
     *
     * @param operation what the starting method returned; an id that is over or was never given out is harmless
     * @return false when the operation had already completed or was never known on this device
     */
    public final boolean cancel(final long operation) {
        return DeviceNative.cancel(key, operation);
    }

    /**
     * Asks Windows to cancel all operations in flight on this device ({@code CancelIoEx}). The completion of each one
     * follows.
     */
    public final void cancelAll() {
        DeviceNative.cancelAll(key);
    }

    /**
     * Closes the device with the port's close timeout; see {@link #close(Duration)}.
     */
    @Override
    public final void close() {
        close(port.closeTimeout());
    }

    /**
     * Refuses new operations, cancels those in flight, lets each of them complete to the listener, then closes the
     * handle ({@code CancelIoEx}, {@code CloseHandle}). What has been cancelled so completes with
     * {@link Win32Error#HANDLES_CLOSED}. Closing twice is harmless.
     *
     * <p>The caller waits until all that is done. A worker of any port does not wait, because it might wait for
     * itself: it returns at once and the rest happens behind it.
     *
     * @param timeout how long to wait, zero for not at all. Operations whose packet has not come by then keep their
     *     memory and buffers until it does, and the handle stays open for them: see
     *     {@link PortSnapshot#operationsQuarantined}
     * @return whether the handle is closed
     */
    public final boolean close(final Duration timeout) {
        final int milliseconds = Timeouts.milliseconds(timeout);
        open = false;
        return DeviceNative.close(key, milliseconds);
    }

    /**
     * Begins to close the device as {@link #close(Duration)} does, and does not wait.
     *
     * @return completes, never exceptionally, when every operation has completed to the listener and the handle is
     *     closed. It does so on the thread that saw to the last of these, which is mostly a worker
     */
    public final CompletionStage<Void> closeAsync() {
        close(Duration.ZERO);
        return ended.minimalCompletionStage();
    }

    /** Nothing more comes from this device. */
    final void end() {
        open = false;
        ended.complete(null);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + '[' + name + ", key " + Long.toHexString(key) + (open ? "]" : ", closed]");
    }

    /**
     * Turns the answer of a native submission into the operation's id or the exception that tells why it was refused.
     */
    final long accepted(final long answer) {
        if (answer > 0) {
            return answer;
        }
        throw Refusal.of(answer).exception(this);
    }
}
