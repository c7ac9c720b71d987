package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.util.Objects;

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

    StreamDevice(final CompletionPort port, final long key, final String name) {
        super(port, key, name);
    }

    /**
     * Starts reading into the buffer, from its position to its limit. Where they are the same, as in one that was
     * filled and not cleared, that is a read of 0 bytes, which on a pipe or socket completes when there is something to
     * read.
     *
     * @param buffer a direct buffer
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @see #read(ByteBuffer, int, int, long)
     */
    public final long read(final ByteBuffer buffer, final long token) {
        Objects.requireNonNull(buffer, "buffer");
        return read(buffer, buffer.position(), buffer.remaining(), token);
    }

    /**
     * Starts reading ({@code ReadFile}, on a socket {@code WSARecv}). The completion tells how many bytes came, and the
     * documentation of the kind of device what ends a read without any. A read of 0 bytes consumes nothing, except that
     * on a pipe of messages it takes an empty message away: see {@link NamedPipe}.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes; position is not looked at
     * @param length how many bytes at most; on a pipe or socket 0 waits until there is
     *     something to read
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when it is read-only
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long read(final ByteBuffer buffer, final int offset, final int length, final long token) {
        return startRead(buffer, offset, length, NO_POSITION, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, int, int, long)} does, with a deadline. When the time is up before the
     * operation is over, it is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}; when it is
     * over just then, with its own result. A deadline costs no thread and no memory of its own.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long read(
            final ByteBuffer buffer, final int offset, final int length, final long token, final int timeoutMillis) {
        return startRead(buffer, offset, length, NO_POSITION, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts writing what lies between the buffer's position and its limit, which is nothing in one that was filled and
     * not flipped: then 0 bytes are written.
     *
     * @param buffer a direct buffer
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @see #write(ByteBuffer, int, int, long)
     */
    public final long write(final ByteBuffer buffer, final long token) {
        Objects.requireNonNull(buffer, "buffer");
        return write(buffer, buffer.position(), buffer.remaining(), token);
    }

    /**
     * Starts writing ({@code WriteFile}, on a socket {@code WSASend}). The completion comes when the device's buffer or
     * the peer has taken all of it. A write that is aborted ({@link Completion#isAborted}) may have been taken in part,
     * although its completion says 0 bytes: Windows does not say how much.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies; position is not looked at
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long write(final ByteBuffer buffer, final int offset, final int length, final long token) {
        return startWrite(buffer, offset, length, NO_POSITION, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, int, int, long)} does, with a deadline. When the time is up before
     * the operation is over, it is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}; when
     * it is over just then, with its own result.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long write(
            final ByteBuffer buffer, final int offset, final int length, final long token, final int timeoutMillis) {
        return startWrite(buffer, offset, length, NO_POSITION, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, int, int, long)} does, into a part of a registered buffer.
     *
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalStateException when the buffer is registered no more
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long readInto(final RegisteredBuffer buffer, final int offset, final int length, final long token) {
        return startRead(buffer, offset, length, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into a part of a registered buffer, with a deadline as
     * {@link #read(ByteBuffer, int, int, long, int)} has.
     *
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long readInto(
            final RegisteredBuffer buffer, final int offset, final int length, final long token,
            final int timeoutMillis) {
        return startRead(buffer, offset, length, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, int, int, long)} does, from a part of a registered buffer.
     *
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws IllegalStateException when the buffer is registered no more
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public final long writeFrom(final RegisteredBuffer buffer, final int offset, final int length, final long token) {
        return startWrite(buffer, offset, length, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing from a part of a registered buffer, with a deadline as
     * {@link #write(ByteBuffer, int, int, long, int)} has.
     *
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public final long writeFrom(
            final RegisteredBuffer buffer, final int offset, final int length, final long token,
            final int timeoutMillis) {
        return startWrite(buffer, offset, length, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /** Throws if this end of the device cannot be read. */
    void checkReadable() {
    }

    /** Throws if this end of the device cannot be written, or not any more. */
    void checkWritable() {
    }

    final long startRead(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token,
            final int milliseconds) {
        checkReadable();
        Buffers.checkReadInto(buffer, offset, length);
        return accepted(DeviceNative.read(key(), buffer, offset, length, position, token, milliseconds));
    }

    final long startWrite(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token,
            final int milliseconds) {
        checkWritable();
        Buffers.checkWriteFrom(buffer, offset, length);
        return accepted(DeviceNative.write(key(), buffer, offset, length, position, token, milliseconds));
    }

    /** The buffer's key, after a check of what an operation wants to read into. */
    final long keyToReadInto(final RegisteredBuffer buffer, final int offset, final int length) {
        checkReadable();
        return buffer.keyToReadInto(offset, length);
    }

    /** The buffer's key, after a check of what an operation wants to write from. */
    final long keyToWriteFrom(final RegisteredBuffer buffer, final int offset, final int length) {
        checkWritable();
        return buffer.keyToWriteFrom(offset, length);
    }

    private long startRead(
            final RegisteredBuffer buffer, final int offset, final int length, final long token,
            final int milliseconds) {
        return accepted(DeviceNative.readRegistered(
                key(), keyToReadInto(buffer, offset, length), offset, length, NO_POSITION, token, milliseconds));
    }

    private long startWrite(
            final RegisteredBuffer buffer, final int offset, final int length, final long token,
            final int milliseconds) {
        return accepted(DeviceNative.writeRegistered(
                key(), keyToWriteFrom(buffer, offset, length), offset, length, NO_POSITION, token, milliseconds));
    }
}
