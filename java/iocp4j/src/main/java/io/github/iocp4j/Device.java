package io.github.iocp4j;

import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.nio.ByteBuffer;
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
    private volatile boolean taken;

    /**
     * For this library: no program has what it takes.
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
     * The name that was opened, as in {@code \\.\pipe\syelog}.
     *
     * @return the name
     */
    public final String name() {
        return name;
    }

    /**
     * Whether {@link #close} has not been called yet. A device whose peer has gone is still open.
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
     * Starts a control request ({@code DeviceIoControl}) with any code that the driver knows: {@code FSCTL_...} of file
     * systems and pipes, {@code IOCTL_...} of other devices. The completion has the opcode {@link Opcode#CONTROL} and
     * the number of bytes in {@code out}; when {@code out} is too small, drivers report {@link Win32Error#MORE_DATA} or
     * {@link Win32Error#INSUFFICIENT_BUFFER}.
     *
     * <p>Both buffers belong to the kernel until the completion, see {@link StreamDevice}. This object does not track
     * state of the device that a request changes.
     *
     * @param code the control code, as {@code CTL_CODE} makes it
     * @param in the input, from position to limit of a direct buffer; null for none
     * @param out receives the output, from position to limit of a direct buffer; null for none
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when a buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when {@code out} is read-only
     * @throws UnsupportedOperationException when the device has no handle, as a {@link NamedPipeServer} has none
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long control(final int code, final ByteBuffer in, final ByteBuffer out, final long token) {
        return startControl(code, in, out, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts a request as {@link #control(int, ByteBuffer, ByteBuffer, long)} does, with a deadline. An operation that
     * is not over by then is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}, if its
     * driver can cancel it.
     *
     * @param code the control code
     * @param in what the request needs; null for nothing
     * @param out where the answer goes; null for none
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
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
     * Lets transfers of data that succeed at once complete inline, from now on and until the device is closed
     * ({@code SetFileCompletionNotificationModes}, {@code FILE_SKIP_COMPLETION_PORT_ON_SUCCESS}): the method that
     * starts such a read, write, receive or send returns how many bytes were moved, as an
     * {@link InlineCompletion}, and no completion follows. That saves the way through the port and to another
     * thread, and is worth it where data is mostly there: cached files, sockets and pipes under load.
     *
     * <p>All other operations complete to the listener as before: those that are pending, fail, move no byte or are no
     * transfers. A worker also has a budget of inline completions for each batch, bounded by number and time; further
     * operations complete to the listener, so that a listener which always starts the next operation does not keep the
     * worker from other devices.
     *
     * <p>Windows and the driver choose which transfers succeed at once, and may choose none: some systems never read a
     * file at once, so that this call succeeds there and changes nothing.
     * {@link DeviceSnapshot#operationsCompletedInline} counts the operations that have completed inline.
     *
     * <p>The setting stays with the handle until it is closed. Therefore a pipe server does not reuse the instance of
     * such a connection when it {@linkplain NamedPipe#disconnect disconnects}, but creates a new one.
     *
     * @throws Win32Exception when the device cannot: {@link Win32Error#WSAEOPNOTSUPP} for a socket of a layered service
     *     provider without kernel handles, and for a datagram socket, because Winsock does not reliably report whether
     *     a packet follows a datagram that is longer than its buffer
     * @throws UnsupportedOperationException when the device has no handle, as a {@link NamedPipeServer} has none
     * @throws DeviceClosedException when the device is closed or closing
     */
    public final void completeInline() throws Win32Exception {
        EngineError.checked(this, DeviceNative.completeInline(key), "SetFileCompletionNotificationModes");
    }

    /**
     * Asks Windows to cancel one operation ({@code CancelIoEx}). Its completion follows in any case: with
     * {@link Win32Error#OPERATION_ABORTED} when the request came in time, otherwise with the operation's own result. A
     * request that comes too late or twice has no effect: an id never refers to a later operation.
     *
     * @param operation what the starting method returned; an id that is over or was never given out is harmless
     * @return false when the operation had already completed or was never known on this device
     * @throws IllegalArgumentException when it is an {@link InlineCompletion}, which names no operation
     */
    public final boolean cancel(final long operation) {
        return DeviceNative.cancel(key, InlineCompletion.refuse(operation));
    }

    /**
     * Whether an operation is still in progress in Windows ({@code HasOverlappedIoCompleted}). When it is not, its
     * completion was delivered to the listener, or is on its way.
     *
     * @param operation what the starting method returned; an id that is over or was never given out is harmless
     * @return false when the operation has ended, or was never known on this device
     * @throws IllegalArgumentException when it is an {@link InlineCompletion}, which names no operation
     */
    public final boolean isPending(final long operation) {
        return DeviceNative.isPending(key, InlineCompletion.refuse(operation));
    }

    /**
     * Asks Windows to cancel all operations in flight on this device ({@code CancelIoEx}), reads and writes alike. The
     * completion of each one follows. Does nothing when the device is closed.
     */
    public final void cancelAll() {
        DeviceNative.cancelAll(key);
    }

    /**
     * Asks Windows to cancel the operations of one kind that are in flight on this device, as {@link Opcode#READ} for
     * its reads but not its writes ({@code CancelIoEx} for each of them). The completion of each one follows, as after
     * {@link #cancel}. Operations that another thread starts meanwhile may be cancelled or not. The call looks at as
     * many operations as the port has ever had in flight at the same time; do not call it for every completion.
     *
     * @param opcode the opcode that the operations' completions will have
     * @return how many operations the request has found; 0 when there were none, or when the device is closed
     * @throws IllegalArgumentException for {@link Opcode#POST}, {@link Opcode#ACCEPT} and {@link Opcode#CHANGE}, which
     *     are not operations that a caller has started on a device
     */
    public final int cancelAll(final Opcode opcode) {
        switch (opcode) {
            case POST:
            case ACCEPT:
            case CHANGE:
                throw new IllegalArgumentException("No caller starts an operation with opcode " + opcode
                        + " on a device: close the server or the watch to end what it has in flight");
            default:
                return DeviceNative.cancelAllOf(key, opcode.code());
        }
    }

    /**
     * Closes the device with the port's close timeout; see {@link #close(Duration)}. After the timeout, the
     * {@link System.Logger} {@code io.github.iocp4j} gets a warning that names the workers which are in the listener,
     * and for how long.
     */
    @Override
    public final void close() {
        final long began = System.nanoTime();
        if (!close(port.closeTimeout())) {
            OverdueClose.report(this, port, began);
        }
    }

    /**
     * Refuses new operations, cancels those in flight, lets each of them complete to the listener, then closes the
     * handle ({@code CancelIoEx}, {@code CloseHandle}). Operations that the close cancels complete with
     * {@link Win32Error#HANDLES_CLOSED}. Closing twice is harmless.
     *
     * <p>The caller waits until the handle is closed. A worker of any port does not wait, because it might wait for
     * itself: the call returns at once and other threads finish the close. On a polled port the call returns at once,
     * too, because the caller may be the thread that has to poll. An interrupt does not end the wait; the thread is
     * still interrupted afterwards. A virtual thread parks and does not pin its carrier.
     *
     * <p>Do not close a device while you hold a lock that the listener may need: the listener then waits for the lock
     * and this call for the listener, until the timeout. Release the lock first, or use {@link #closeAsync}.
     *
     * @param timeout how long to wait, zero not to wait. Operations whose packet has not come by then keep their
     *     memory, their buffers and the open handle until it comes: see {@link PortSnapshot#operationsQuarantined}
     * @return whether the handle is closed
     */
    public final boolean close(final Duration timeout) {
        final int milliseconds = Timeouts.milliseconds(timeout);
        open = false;
        // The caller may have to close the handle, which takes time when a disk or another machine is behind it.
        final boolean closed = OffCarrier.isNeeded()
                ? OffCarrier.call(() -> DeviceNative.close(key) ? 1 : 0) == 1 : DeviceNative.close(key);
        return closed || Ending.await(ended, port.isPolled() ? 0 : milliseconds);
    }

    /**
     * Begins to close the device as {@link #close(Duration)} does, and does not wait.
     *
     * @return a future that completes, never exceptionally, when every operation has completed to the listener and the
     *     handle is closed. It completes on the thread that has finished the close, usually a worker, inside a native
     *     call, which pins a virtual thread: run dependent actions that wait on another executor
     */
    public final CompletionStage<Void> closeAsync() {
        close(Duration.ZERO);
        return ended.minimalCompletionStage();
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
        ended.complete(null);
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + '[' + name + ", key " + Long.toHexString(key) + (open ? "]" : ", closed]");
    }

    /**
     * Turns the answer of a native submission into the operation's id or its inline completion, or the exception that
     * tells why it was refused.
     */
    final long accepted(final long answer) {
        if (answer > 0) {
            take();
            return InlineCompletion.ofNative(answer);
        }
        throw EngineError.of(answer).exception(this);
    }
}
