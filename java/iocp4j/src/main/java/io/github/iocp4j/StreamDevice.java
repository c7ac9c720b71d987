package io.github.iocp4j;

import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.StreamLimit;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.socket.UdpSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * A device that transfers a sequence of bytes, without positions: a connected pipe or socket, a serial port. On a
 * message-mode pipe and on a connected {@link UdpSocket}, a write sends one message, and a read receives one.
 *
 * <p>Any number of reads and writes may be in flight. Windows processes the reads in the order in which they were
 * started; the same holds for writes.
 *
 * <p>A buffer belongs to the kernel from the call until the completion. The garbage collector does not free its memory
 * during that time, even if the caller drops the buffer; for a slice, this applies to the whole buffer. The call reads
 * position and limit and does not change them; the caller may change them after the call. If code reads or writes the
 * content before the completion, or starts another operation on the same bytes, these bytes are undefined; no other
 * memory is affected. Do not free the memory explicitly during an operation, as {@code Unsafe.invokeCleaner} or the end
 * of an {@code Arena} does: the kernel would then write to memory that other code uses.
 */
public abstract class StreamDevice extends Device {
    /** The position in a native call for a device without positions. */
    static final long NO_POSITION = 0;

    private volatile StreamLimit limit;

    /**
     * For this library only: programs cannot create an {@code OpenedDevice}.
     *
     * @param opened what native code has opened
     */
    @SuppressWarnings("exports")
    protected StreamDevice(final OpenedDevice opened) {
        super(opened);
        limit = opened.limit();
    }

    /**
     * Starts reading into the buffer, from its position to its limit ({@code ReadFile}, on a socket {@code WSARecv}).
     * The completion has the number of bytes. How a read reports the end of the data depends on the kind of device: see
     * {@link CompletionBatch#isEnd}.
     *
     * <p>If position and limit are equal, as in a buffer that was filled and not cleared, this is a read of 0 bytes. On
     * a pipe or socket it completes when data is available, and leaves the data for the next read. On a message-mode
     * pipe it removes an empty message, see {@link NamedPipe}; on a UDP socket it removes any datagram.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws UnsupportedOperationException when the device is write-only
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long read(final ByteBuffer buffer, final long token) {
        return startRead(buffer, NO_POSITION, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, long)} does, with a deadline. At the deadline, an operation in flight
     * is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}, or with its own result if it
     * ends at that moment. A deadline takes no memory, and all deadlines of a port share one thread.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long read(final ByteBuffer buffer, final Duration timeout, final long token) {
        return startRead(buffer, NO_POSITION, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing the buffer, from its position to its limit ({@code WriteFile}, on a socket {@code WSASend}). The
     * write completes when the device's buffer or the peer has received all bytes. The completion of an aborted write
     * ({@link Completion#isAborted}) has 0 bytes, although a part may have been received: Windows does not report how
     * much.
     *
     * <p>If position and limit are equal, as in a buffer that was filled and not flipped, 0 bytes are written.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws UnsupportedOperationException when the device is read-only
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long write(final ByteBuffer buffer, final long token) {
        return startWrite(buffer, NO_POSITION, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, long)} does, with a deadline; see
     * {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long write(final ByteBuffer buffer, final Duration timeout, final long token) {
        return startWrite(buffer, NO_POSITION, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, long)} does, into registered memory.
     *
     * @param slice the memory to read into, from position to limit of its buffer
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalStateException when the registered buffer is closed
     * @throws UnsupportedOperationException when the device is write-only
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long readInto(final RegisteredSlice slice, final long token) {
        return startRead(slice, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into registered memory, with a deadline; see {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param slice the memory to read into, from position to limit of its buffer
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long readInto(final RegisteredSlice slice, final Duration timeout, final long token) {
        return startRead(slice, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, long)} does, from registered memory.
     *
     * @param slice the memory to write from, from position to limit of its buffer
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalStateException when the registered buffer is closed
     * @throws UnsupportedOperationException when the device is read-only
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long writeFrom(final RegisteredSlice slice, final long token) {
        return startWrite(slice, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing from registered memory, with a deadline; see {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param slice the memory to write from, from position to limit of its buffer
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long writeFrom(final RegisteredSlice slice, final Duration timeout, final long token) {
        return startWrite(slice, token, Timeouts.deadline(timeout));
    }

    /** Throws if this end of the device cannot be read. */
    final void checkReadable() {
        final StreamLimit current = limit;
        if (current != null) {
            current.checkReadable(this);
        }
    }

    /** Throws if this end of the device cannot be written, or no longer. */
    final void checkWritable() {
        final StreamLimit current = limit;
        if (current != null) {
            current.checkWritable(this);
        }
    }

    final void limit(final StreamLimit changed) {
        limit = changed;
    }

    final long startRead(
            final ByteBuffer buffer, final long position, final long token, final int milliseconds) {
        checkReadable();
        Buffers.checkReadInto(buffer);
        return accepted(DeviceNative.read(
                key(), buffer, buffer.position(), buffer.remaining(), position, token, milliseconds));
    }

    final long startWrite(
            final ByteBuffer buffer, final long position, final long token, final int milliseconds) {
        checkWritable();
        Buffers.checkDirect(buffer);
        return accepted(DeviceNative.write(
                key(), buffer, buffer.position(), buffer.remaining(), position, token, milliseconds));
    }

    private long startRead(final RegisteredSlice slice, final long token, final int milliseconds) {
        checkReadable();
        Objects.requireNonNull(slice, "slice");
        return accepted(DeviceNative.readRegistered(
                key(), slice.keyToReadInto(), slice.offset(), slice.length(), NO_POSITION, token, milliseconds));
    }

    private long startWrite(final RegisteredSlice slice, final long token, final int milliseconds) {
        checkWritable();
        Objects.requireNonNull(slice, "slice");
        return accepted(DeviceNative.writeRegistered(
                key(), slice.keyToWriteFrom(), slice.offset(), slice.length(), NO_POSITION, token, milliseconds));
    }
}
