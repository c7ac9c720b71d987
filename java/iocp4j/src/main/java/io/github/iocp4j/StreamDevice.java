package io.github.iocp4j;

import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.StreamLimit;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipe;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * A device that transfers a sequence of bytes, without positions: a connected pipe or socket, a serial port.
 *
 * <p>Any number of reads and writes may be in flight; Windows serves those of one direction in the order in which they
 * were started.
 *
 * <p>A buffer belongs to the kernel from the call until its completion. It cannot be collected during that time, even
 * if the caller drops it; for a slice, this applies to the whole buffer. The call reads position and limit and never
 * changes them; the caller may change them afterwards. Code that reads or writes the content during that time, or
 * starts another operation on the same bytes, gets or sends undefined bytes, but only bytes of that range. Never free
 * the memory by means other than the garbage collector, such as {@code Unsafe.invokeCleaner} or the end of an
 * {@code Arena}: the kernel would write to memory that is no longer the buffer's.
 */
public abstract class StreamDevice extends Device {
    /** In a native call, for a device that has none. */
    static final long NO_POSITION = 0;

    private volatile StreamLimit limit;

    /**
     * For this library: no program has what it takes.
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
     * The completion has the number of bytes; the documentation of the kind of device says what ends a read without
     * data.
     *
     * <p>Where position and limit are the same, as in a buffer that was filled and not cleared, that is a read of 0
     * bytes, which on a pipe or socket completes when there is something to read. It consumes nothing, except that on a
     * pipe of messages it takes an empty message away: see {@link NamedPipe}.
     *
     * @param buffer a direct buffer, whose position and limit are not changed
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when it is read-only
     * @throws UnsupportedOperationException when the device is only written
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long read(final ByteBuffer buffer, final long token) {
        return startRead(buffer, NO_POSITION, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, long)} does, with a deadline. An operation that is not over by then is
     * cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}; if it ends at that moment, with its
     * own result. A deadline takes neither a thread nor memory.
     *
     * @param buffer a direct buffer, whose position and limit are not changed
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long read(final ByteBuffer buffer, final Duration timeout, final long token) {
        return startRead(buffer, NO_POSITION, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing what lies between the buffer's position and its limit ({@code WriteFile}, on a socket
     * {@code WSASend}). The completion comes when the device's buffer or the peer has taken all of it. A write that is
     * aborted ({@link Completion#isAborted}) may have been taken in part, although its completion says 0 bytes: Windows
     * does not say how much.
     *
     * <p>In a buffer that was filled and not flipped there is nothing between the two: then 0 bytes are written.
     *
     * @param buffer a direct buffer, whose position and limit are not changed; read-only is fine
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws UnsupportedOperationException when the device is only read
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long write(final ByteBuffer buffer, final long token) {
        return startWrite(buffer, NO_POSITION, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, long)} does, with a deadline as
     * {@link #read(ByteBuffer, Duration, long)} has.
     *
     * @param buffer a direct buffer, whose position and limit are not changed; read-only is fine
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long write(final ByteBuffer buffer, final Duration timeout, final long token) {
        return startWrite(buffer, NO_POSITION, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, long)} does, into registered memory.
     *
     * @param slice where the bytes go, from the position of its buffer to the limit
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalStateException when the buffer is registered no more
     * @throws UnsupportedOperationException when the device is only written
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long readInto(final RegisteredSlice slice, final long token) {
        return startRead(slice, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into registered memory, with a deadline as {@link #read(ByteBuffer, Duration, long)} has.
     *
     * @param slice where the bytes go, from the position of its buffer to the limit
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long readInto(final RegisteredSlice slice, final Duration timeout, final long token) {
        return startRead(slice, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, long)} does, from registered memory.
     *
     * @param slice where the bytes lie, from the position of its buffer to the limit
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalStateException when the buffer is registered no more
     * @throws UnsupportedOperationException when the device is only read
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long writeFrom(final RegisteredSlice slice, final long token) {
        return startWrite(slice, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing from registered memory, with a deadline as {@link #read(ByteBuffer, Duration, long)} has.
     *
     * @param slice where the bytes lie, from the position of its buffer to the limit
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long writeFrom(final RegisteredSlice slice, final Duration timeout, final long token) {
        return startWrite(slice, token, Timeouts.deadline(timeout));
    }

    /** Throws if this end of the device cannot be read. */
    private void checkReadable() {
        final StreamLimit current = limit;
        if (current != null) {
            current.checkReadable(this);
        }
    }

    /** Throws if this end of the device cannot be written, or not any more. */
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
        return accepted(DeviceNative.readRegistered(
                key(), slice.keyToReadInto(), slice.offset(), slice.length(), NO_POSITION, token, milliseconds));
    }

    private long startWrite(final RegisteredSlice slice, final long token, final int milliseconds) {
        checkWritable();
        return accepted(DeviceNative.writeRegistered(
                key(), slice.keyToWriteFrom(), slice.offset(), slice.length(), NO_POSITION, token, milliseconds));
    }
}
