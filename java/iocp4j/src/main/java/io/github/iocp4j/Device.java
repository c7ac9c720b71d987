package io.github.iocp4j;

import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A handle that is registered with a {@link CompletionPort}.
 *
 * <p>Any thread may call the methods, including the port's workers. Besides what it lists, a method that starts an
 * operation throws {@link PortLostException} when other code has closed the handle of the port, and with
 * {@link Mechanism#HANDLE} an {@link IllegalStateException} when another operation is in flight on the device.
 */
public abstract class Device implements AutoCloseable {
    private static final CompletableFuture<Void> HAS_ENDED = CompletableFuture.completedFuture(null);
    private static final VarHandle ENDED;

    static {
        try {
            ENDED = MethodHandles.lookup().findVarHandle(Device.class, "ended", CompletableFuture.class);
        } catch (final ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final CompletionPort port;
    private final long key;
    /** A String, or an {@link OpenedDevice.Naming}, because most connections never need their name. */
    private final Object name;
    /** Null until a thread waits for the end, which few do for connections; {@link #HAS_ENDED} afterwards. */
    private volatile CompletableFuture<Void> ended;
    private volatile boolean open = true;
    private volatile Object attachment;
    private volatile boolean taken;

    /**
     * For this library only: programs cannot create an {@code OpenedDevice}.
     *
     * @param opened what native code has opened
     */
    @SuppressWarnings("exports")
    protected Device(final OpenedDevice opened) {
        port = opened.port();
        key = opened.key();
        name = opened.name();
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
     * The name of the opened object, for example {@code \\.\pipe\syelog}.
     *
     * @return the name
     */
    public final String name() {
        return OpenedDevice.nameOf(this, name);
    }

    /**
     * Whether {@link #close} has not been called yet. A device whose peer has gone is still open, and so is one whose
     * port is being closed, until it has ended.
     *
     * @return false as soon as close has begun
     */
    public final boolean isOpen() {
        return open;
    }

    /**
     * Attaches an object of the program to this device, such as the state of a connection.
     *
     * @param object the object, or null for none
     */
    public final void attach(final Object object) {
        take();
        attachment = object;
    }

    /**
     * The object that {@link #attach} has attached.
     *
     * @return the object, or null when there is none
     */
    public final Object attachment() {
        return attachment;
    }

    /**
     * Starts a control request ({@code DeviceIoControl}) with any code that the driver supports: {@code FSCTL_...} for
     * file systems and pipes, {@code IOCTL_...} for other devices. The completion has the opcode {@link Opcode#CONTROL}
     * and the number of bytes that the driver has written to {@code out}. When {@code out} is too small, drivers report
     * {@link Win32Error#MORE_DATA} or {@link Win32Error#INSUFFICIENT_BUFFER}.
     *
     * <p>Both buffers belong to the kernel until the completion, see {@link StreamDevice}. If a request changes the
     * state of the device, this object does not know the new state.
     *
     * @param code the control code, a result of {@code CTL_CODE}
     * @param in the input, from position to limit of a direct buffer; null for none
     * @param out receives the output, from position to limit of a direct buffer; null for none
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when a buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when {@code out} is read-only
     * @throws UnsupportedOperationException when the device has no handle, for example a {@link NamedPipeServer}
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long control(final int code, final ByteBuffer in, final ByteBuffer out, final long token) {
        return startControl(code, in, out, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts a request as {@link #control(int, ByteBuffer, ByteBuffer, long)} does, with a deadline. At the deadline,
     * an operation in flight is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}, if its
     * driver can cancel it.
     *
     * @param code the control code
     * @param in the input; null for none
     * @param out receives the output; null for none
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public final long control(
            final int code, final ByteBuffer in, final ByteBuffer out, final Duration timeout, final long token) {
        return startControl(code, in, out, token, Timeouts.deadline(timeout));
    }

    private long startControl(
            final int code, final ByteBuffer in, final ByteBuffer out, final long token, final int milliseconds) {
        if (in != null) {
            Buffers.checkDirect(in);
        }
        if (out != null) {
            Buffers.checkReadInto(out);
        }
        return accepted(DeviceNative.control(key, code,
                in, in == null ? 0 : in.position(), in == null ? 0 : in.remaining(),
                out, out == null ? 0 : out.position(), out == null ? 0 : out.remaining(), token, milliseconds));
    }

    /**
     * From now on, transfers of data that succeed at once complete inline ({@code SetFileCompletionNotificationModes},
     * {@code FILE_SKIP_COMPLETION_PORT_ON_SUCCESS}): the method that starts such a read or write returns the number of
     * bytes as an {@link InlineCompletion}, and no completion follows. The result needs no packet and no other thread.
     * This is useful when data is usually available at once: cached files, sockets and pipes under load.
     *
     * <p>All other operations complete to the listener as before: operations that are pending, that fail, that read the
     * end of the data, or that are not transfers. On a worker, the number and duration of inline completions during one
     * batch are limited. Beyond the limit, operations complete to the listener, so that a listener that always starts
     * the next operation does not keep the worker from other devices.
     *
     * <p>Windows and the driver decide which transfers succeed at once. Some systems never read a file at once: there
     * this call succeeds, but has no effect. {@link DeviceSnapshot#operationsCompletedInline} counts the operations
     * that have completed inline.
     *
     * <p>The setting cannot be undone while the handle is open. Therefore, after {@link NamedPipe#disconnect} a pipe
     * server does not reuse the instance of such a connection, but creates a new one.
     *
     * @throws Win32Exception when the device does not support it: {@link Win32Error#WSAEOPNOTSUPP} for a socket of a
     *     layered service provider without kernel handles, and for a datagram socket, because Winsock does not reliably
     *     report whether a packet follows after a datagram that is longer than its buffer
     * @throws UnsupportedOperationException when the device has no handle, for example a {@link NamedPipeServer}
     * @throws DeviceClosedException when the device is closed or closing
     */
    public final void completeInline() throws Win32Exception {
        EngineError.checked(this, DeviceNative.completeInline(key), "SetFileCompletionNotificationModes");
    }

    /**
     * Cancels one operation ({@code CancelIoEx}). Its completion follows in any case: with
     * {@link Win32Error#OPERATION_ABORTED} if the cancel was in time, otherwise with the operation's own result. A late
     * or second cancel has no effect, because ids are not used again.
     *
     * @param operation the result of the starting method; an unknown id is harmless, and so is that of a completed
     *     operation
     * @return false when the operation has already completed, or does not exist on this device
     * @throws IllegalArgumentException when it is an {@link InlineCompletion}, which is not an operation's id
     */
    public final boolean cancel(final long operation) {
        return DeviceNative.cancel(key, InlineCompletion.refuse(operation));
    }

    /**
     * Whether an operation is still in progress in Windows ({@code HasOverlappedIoCompleted}). If not, the listener has
     * received its completion or will receive it soon.
     *
     * @param operation the result of the starting method; an unknown id is harmless, and so is that of a completed
     *     operation
     * @return false when the operation has ended, or does not exist on this device
     * @throws IllegalArgumentException when it is an {@link InlineCompletion}, which is not an operation's id
     */
    public final boolean isPending(final long operation) {
        return DeviceNative.isPending(key, InlineCompletion.refuse(operation));
    }

    /**
     * Cancels all operations in flight on this device that the program has started ({@code CancelIoEx}). The completion
     * of each one follows. The call has no effect on a closed device, nor on a server or a directory watch that starts
     * its operations itself: close these to end what they have in flight.
     */
    public final void cancelAll() {
        DeviceNative.cancelAll(key);
    }

    /**
     * Cancels the operations of one kind that are in flight on this device ({@code CancelIoEx} for each of them):
     * {@link Opcode#READ} cancels its reads but not its writes. The completion of each one follows, as after
     * {@link #cancel}. An operation that another thread starts during the call may or may not be cancelled. The
     * duration of the call grows with the largest number of operations that the port has had in flight; do not call it
     * for every completion.
     *
     * @param opcode the opcode of the operations
     * @return the number of operations found; 0 when there were none, or when the device is closed
     * @throws IllegalArgumentException for {@link Opcode#POST}, {@link Opcode#ACCEPT} and {@link Opcode#CHANGE}; an
     *     accept that the program has started is cancelled by {@link #cancel} or {@link #cancelAll()}
     */
    public final int cancelAll(final Opcode opcode) {
        switch (Objects.requireNonNull(opcode, "opcode")) {
            case POST:
            case ACCEPT:
            case CHANGE:
                throw new IllegalArgumentException("Operations with opcode " + opcode + " cannot be cancelled by their"
                        + " opcode: call cancel(id) or cancelAll(), or close the server or the watch");
            default:
                return DeviceNative.cancelAllOf(key, opcode.code());
        }
    }

    /**
     * Closes the device with the timeout of {@link CompletionPort.Builder#closeTimeout}; see {@link #close(Duration)}.
     * If the timeout passes, the {@link System.Logger} {@code io.github.iocp4j} logs a warning with the workers that
     * are in the listener, and for how long.
     */
    @Override
    public final void close() {
        final long began = System.nanoTime();
        if (!close(port.closeTimeoutMillis())) {
            OverdueClose.report(this, port, began);
        }
    }

    /**
     * Refuses new operations, cancels the operations in flight, waits until the listener has received the completion of
     * each, then closes the handle ({@code CancelIoEx}, {@code CloseHandle}). Operations that the close cancels
     * complete with {@link Win32Error#HANDLES_CLOSED}. Closing twice is harmless.
     *
     * <p>The caller waits until the handle is closed. A worker of any port does not wait, because it might wait for
     * itself: the call returns at once, and other threads finish the close. On a polled port, the call also returns at
     * once, because the caller may be the thread that polls. An interrupt does not end the wait; the thread is still
     * interrupted afterwards. A virtual thread parks and does not pin its carrier.
     *
     * <p>Do not close a device while you hold a lock that the listener may need: the listener would wait for the lock,
     * and this call for the listener, until the timeout. Release the lock first, or use {@link #closeAsync}.
     *
     * @param timeout how long to wait; zero does not wait. After the timeout, an operation without a packet keeps its
     *     memory, its buffer and the open handle until the packet comes: see {@link PortSnapshot#operationsQuarantined}
     * @return whether the handle is closed
     */
    public final boolean close(final Duration timeout) {
        return close(Timeouts.milliseconds(timeout));
    }

    private boolean close(final int milliseconds) {
        open = false;
        // The caller may have to close the handle, which takes time when a disk or another machine is behind it.
        final boolean closed = OffCarrier.isNeeded()
                ? OffCarrier.call(() -> DeviceNative.close(key) ? 1 : 0) == 1 : DeviceNative.close(key);
        return closed || Ending.await(ended(), port.isPolled() ? 0 : milliseconds);
    }

    /**
     * Begins to close the device as {@link #close(Duration)} does, without waiting.
     *
     * @return a future that completes, never exceptionally, when every operation has completed to the listener and the
     *     handle is closed. It completes on the thread that finishes the close, usually a worker, during a native call,
     *     which pins a virtual thread. Therefore run dependent actions that may block on another executor
     */
    public final CompletionStage<Void> closeAsync() {
        close(Duration.ZERO);
        return ended().minimalCompletionStage();
    }

    /** Records that the program has used this device. */
    final void take() {
        // An unconditional write would take the cache line from other threads that use the device.
        if (!taken) {
            taken = true;
        }
    }

    /** Whether the program has attached something to this device or started an operation on it. */
    final boolean isTaken() {
        return taken;
    }

    /** The device has ended: no further completion comes from it. */
    final void end() {
        open = false;
        if (!ENDED.compareAndSet(this, null, HAS_ENDED)) {
            ended.complete(null);
        }
    }

    /** Completes when the device has ended, also if its port was closed. */
    final CompletableFuture<Void> ended() {
        final CompletableFuture<Void> known = ended;
        if (known != null) {
            return known;
        }
        final CompletableFuture<Void> made = new CompletableFuture<>();
        return ENDED.compareAndSet(this, null, made) ? made : ended;
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + '[' + Printable.of(name()) + ", key " + Long.toHexString(key)
                + (open ? "]" : ", closed]");
    }

    /**
     * Converts the result of a native submission to the operation's id or its inline completion, or throws the
     * exception for a refusal.
     */
    final long accepted(final long answer) {
        if (answer > 0) {
            take();
            return InlineCompletion.ofNative(answer);
        }
        throw EngineError.of(answer).exception(this);
    }
}
