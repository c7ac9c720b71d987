package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Several reads and writes that are started with one JNI call, as a {@link CompletionBatch} is what has come back of
 * several. They take place in {@linkplain RegisteredBuffer registered buffers}, on pipes, sockets and the like and on
 * files, of any port.
 *
 * <pre>{@code
 * for (NamedPipe pipe : pipes) {
 *     batch.write(pipe, memory, offset, length, token);
 * }
 * int started = batch.submit();
 * }</pre>
 *
 * <p>What is {@linkplain #read(StreamDevice, RegisteredBuffer, int, int, long) added} is checked at once, as the
 * device's own method does it, and started by {@link #submit}, in the order in which it was added. Up to then its part
 * of the buffer is the caller's, and is written as it is then. Completions come as those of all operations do, and may
 * come before {@code submit} returns.
 *
 * <p>An operation that is <b>refused</b> stays in the batch with all that were added behind it, so that a stream of
 * writes never gets a hole. {@code submit} has started those before it, and tells why when it is called again and the
 * reason is still there. Then one can wait and call it again, drop that one operation ({@link #dropFirst}), or all
 * ({@link #clear}).
 *
 * <p>A batch has native memory of its own, of some 60 bytes for each operation, and allocates none on the Java heap
 * after that; one that is never closed keeps it for ever. A device's object is held until its place is used again. A
 * batch is used by one thread at a time; its devices and buffers may be used and closed by others all the while.
 */
public final class SubmissionBatch implements AutoCloseable {
    /** The most operations that one batch has room for. */
    static final int MAX_CAPACITY = 4096;

    // The layout of native/jni/SubmissionRecord.h; NativeLibrary compares the two when the DLL is loaded.
    static final int RECORD_LENGTH = 56;
    static final int DEVICE_OFFSET = 0;
    static final int BUFFER_OFFSET = 8;
    static final int POSITION_OFFSET = 16;
    static final int TOKEN_OFFSET = 24;
    static final int OPERATION_OFFSET = 32;
    static final int OFFSET_OFFSET = 40;
    static final int LENGTH_OFFSET = 44;
    static final int TIMEOUT_OFFSET = 48;
    static final int OPCODE_OFFSET = 52;

    private final RegisteredBuffer memory;
    private final long key;
    private final ByteBuffer records;
    /** Of each record, for the exception when it is refused. Stays until the place is used again. */
    private final Device[] devices;
    /** The records are a ring: those to start begin here. Before them lie those that the last submit has started. */
    private int first;
    private int size;
    private int started;
    private boolean open = true;
    private boolean submitting;

    private SubmissionBatch(final int capacity) {
        devices = new Device[capacity];
        memory = RegisteredBuffer.register(ByteBuffer.allocateDirect(capacity * RECORD_LENGTH));
        records = memory.buffer().order(ByteOrder.LITTLE_ENDIAN);
        key = memory.keyToReadInto(0, memory.capacity());
    }

    /**
     * Allocates an empty batch.
     *
     * @param capacity how many operations it has room for, from 1 to 4096
     * @return to be closed when it is needed no more
     * @throws IllegalArgumentException when the capacity is out of range
     * @throws IllegalStateException when there is no native memory left
     */
    public static SubmissionBatch allocate(final int capacity) {
        return new SubmissionBatch(Ranges.inRange("The capacity", capacity, 1, MAX_CAPACITY));
    }

    /**
     * Adds a read ({@code ReadFile}, on a socket {@code WSARecv}), as {@link StreamDevice#readInto} starts one.
     *
     * @param device what to read
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param token given back by {@link Completion#token}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws UnsupportedOperationException when the device is only written
     * @throws IllegalStateException when the batch is full or closed, or the buffer registered no more
     */
    public void read(
            final StreamDevice device, final RegisteredBuffer buffer, final int offset, final int length,
            final long token) {
        addRead(device, buffer, offset, length, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Adds a read with a deadline.
     *
     * @param device what to read
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from {@link #submit} on, at least 1; kept to within about 20
     * @see #read(StreamDevice, RegisteredBuffer, int, int, long)
     */
    public void read(
            final StreamDevice device, final RegisteredBuffer buffer, final int offset, final int length,
            final long token, final int timeoutMillis) {
        addRead(device, buffer, offset, length, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Adds a read of a file ({@code ReadFile}), as {@link OverlappedFile#readInto} starts one.
     *
     * @param file what to read
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param position where in the file the first byte lies
     * @param token given back by {@link Completion#token}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalArgumentException when the position is negative or the range goes beyond 2^63 - 1, or when the
     *     file is unbuffered and something is not aligned
     * @throws IllegalStateException when the batch is full or closed, or the buffer registered no more
     */
    public void read(
            final OverlappedFile file, final RegisteredBuffer buffer, final int offset, final int length,
            final long position, final long token) {
        addRead(file, buffer, offset, length, position, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Adds a read of a file with a deadline.
     *
     * @param file what to read
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param position where in the file the first byte lies
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from {@link #submit} on, at least 1
     * @see #read(OverlappedFile, RegisteredBuffer, int, int, long, long)
     */
    public void read(
            final OverlappedFile file, final RegisteredBuffer buffer, final int offset, final int length,
            final long position, final long token, final int timeoutMillis) {
        addRead(file, buffer, offset, length, position, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Adds a write ({@code WriteFile}, on a socket {@code WSASend}), as {@link StreamDevice#writeFrom} starts one.
     *
     * @param device what to write to
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws UnsupportedOperationException when the device is only read
     * @throws IllegalStateException when the batch is full or closed, the buffer registered no more, or the device has
     *     told its peer that it writes no more
     */
    public void write(
            final StreamDevice device, final RegisteredBuffer buffer, final int offset, final int length,
            final long token) {
        addWrite(device, buffer, offset, length, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Adds a write with a deadline.
     *
     * @param device what to write to
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from {@link #submit} on, at least 1; kept to within about 20
     * @see #write(StreamDevice, RegisteredBuffer, int, int, long)
     */
    public void write(
            final StreamDevice device, final RegisteredBuffer buffer, final int offset, final int length,
            final long token, final int timeoutMillis) {
        addWrite(device, buffer, offset, length, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Adds a write to a file ({@code WriteFile}), as {@link OverlappedFile#writeFrom} starts one. Those of one batch
     * are started in their order, but done in any.
     *
     * @param file what to write to
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param position where in the file the first byte goes
     * @param token given back by {@link Completion#token}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws IllegalArgumentException when the position is negative or the range goes beyond 2^63 - 1, or when the
     *     file is unbuffered and something is not aligned
     * @throws UnsupportedOperationException when the file is open for appending only
     * @throws IllegalStateException when the batch is full or closed, or the buffer registered no more
     */
    public void write(
            final OverlappedFile file, final RegisteredBuffer buffer, final int offset, final int length,
            final long position, final long token) {
        addWrite(file, buffer, offset, length, position, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Adds a write to a file with a deadline.
     *
     * @param file what to write to
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param position where in the file the first byte goes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from {@link #submit} on, at least 1
     * @see #write(OverlappedFile, RegisteredBuffer, int, int, long, long)
     */
    public void write(
            final OverlappedFile file, final RegisteredBuffer buffer, final int offset, final int length,
            final long position, final long token, final int timeoutMillis) {
        addWrite(file, buffer, offset, length, position, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts the operations in the order in which they were added, until all are started or one is refused. Those that
     * have been started leave the batch, and {@link #operation} tells of them; the others stay in it as they are.
     *
     * @return how many have been started: at least 1, or 0 when the batch is empty
     * @throws DeviceClosedException when nothing has been started, because the first one's device is closed or closing
     * @throws OperationLimitException when nothing has been started, because its port's ceiling of operations in flight
     *     is reached
     * @throws IllegalStateException when nothing has been started, because the first one's buffer is registered no
     *     more; or when the batch is closed
     */
    public int submit() {
        checkUsable();
        started = 0;
        if (size == 0) {
            return 0;
        }
        // A device that ends just now may have something run on this thread.
        submitting = true;
        final long answer;
        try {
            answer = SubmissionBatchNative.submit(key, first, size);
        } finally {
            submitting = false;
        }
        if (answer == -Refusal.BAD_BUFFER.code()) {
            // The range has been checked when it was added.
            throw new IllegalStateException("The buffer of the first operation in " + this
                    + " is closed: drop it (dropFirst), and add it with one that is open");
        }
        started = (int) devices[first].accepted(answer);
        leave(started);
        return started;
    }

    /**
     * What has become of an operation that the last {@link #submit} has started. To be asked before the next one is
     * added or submitted.
     *
     * @param index the operation, from 0 to what {@code submit} has returned - 1
     * @return the operation's id, for {@link Device#cancel}, or an {@link InlineCompletion}
     * @throws IndexOutOfBoundsException when there is none with that index, or none any more
     */
    public long operation(final int index) {
        return records.getLong(at(first - started + Objects.checkIndex(index, started)) + OPERATION_OFFSET);
    }

    /**
     * The number of operations that have been added and not been started.
     *
     * @return from 0 to {@link #capacity}
     */
    public int size() {
        return size;
    }

    /**
     * The number of operations that there is room for.
     *
     * @return from 1 to 4096
     */
    public int capacity() {
        return devices.length;
    }

    /**
     * Drops the operation that {@link #submit} would start first, where it is known that it would be refused.
     *
     * @return the token of that operation
     * @throws IllegalStateException when the batch is empty or closed
     */
    public long dropFirst() {
        checkUsable();
        if (size == 0) {
            throw new IllegalStateException(this + ": there is nothing to drop");
        }
        started = 0;
        final long token = records.getLong(at(first) + TOKEN_OFFSET);
        leave(1);
        return token;
    }

    /** Drops all operations that have not been started. Does nothing to those that have. */
    public void clear() {
        checkUsable();
        started = 0;
        leave(size);
    }

    /** Drops what has not been started, and gives back the memory. Does nothing to operations in flight. */
    @Override
    public void close() {
        if (open) {
            clear();
            open = false;
            memory.close();
        }
    }

    @Override
    public String toString() {
        return "SubmissionBatch[" + size + " of " + devices.length + (open ? "]" : ", closed]");
    }

    private void addRead(
            final StreamDevice device, final RegisteredBuffer buffer, final int offset, final int length,
            final long token, final int milliseconds) {
        add(Opcode.READ, device, device.keyToReadInto(buffer, offset, length), offset, length,
                StreamDevice.NO_POSITION, token, milliseconds);
    }

    private void addRead(
            final OverlappedFile file, final RegisteredBuffer buffer, final int offset, final int length,
            final long position, final long token, final int milliseconds) {
        add(Opcode.READ, file, file.keyToReadInto(buffer, offset, length, position), offset, length,
                position, token, milliseconds);
    }

    private void addWrite(
            final StreamDevice device, final RegisteredBuffer buffer, final int offset, final int length,
            final long token, final int milliseconds) {
        add(Opcode.WRITE, device, device.keyToWriteFrom(buffer, offset, length), offset, length,
                StreamDevice.NO_POSITION, token, milliseconds);
    }

    private void addWrite(
            final OverlappedFile file, final RegisteredBuffer buffer, final int offset, final int length,
            final long position, final long token, final int milliseconds) {
        add(Opcode.WRITE, file, file.keyToWriteFrom(buffer, offset, length, position), offset, length,
                position, token, milliseconds);
    }

    private void add(
            final Opcode opcode, final Device device, final long buffer, final int offset, final int length,
            final long position, final long token, final int milliseconds) {
        checkUsable();
        if (size == devices.length) {
            throw new IllegalStateException(this + " is full: submit() starts what is in it, clear() drops it");
        }
        started = 0;
        device.take();
        final int index = wrapped(first + size);
        final int record = index * RECORD_LENGTH;
        records.putLong(record + DEVICE_OFFSET, device.key());
        records.putLong(record + BUFFER_OFFSET, buffer);
        records.putLong(record + POSITION_OFFSET, position);
        records.putLong(record + TOKEN_OFFSET, token);
        records.putInt(record + OFFSET_OFFSET, offset);
        records.putInt(record + LENGTH_OFFSET, length);
        records.putInt(record + TIMEOUT_OFFSET, milliseconds);
        records.putShort(record + OPCODE_OFFSET, (short) opcode.code());
        // Often the same as in the round before, and to look is cheaper than to tell the garbage collector.
        if (devices[index] != device) {
            devices[index] = device;
        }
        size++;
    }

    private void checkUsable() {
        if (!open) {
            throw new IllegalStateException(this + ": allocate another batch");
        }
        if (submitting) {
            throw new IllegalStateException(this + " is being submitted: leave it alone until that returns");
        }
    }

    /** The first ones are in the batch no more. */
    private void leave(final int count) {
        first = wrapped(first + count);
        size -= count;
    }

    /** Where the record of that number begins, which may be one round too low. */
    private int at(final int index) {
        return (index < 0 ? index + devices.length : index) * RECORD_LENGTH;
    }

    private int wrapped(final int index) {
        return index < devices.length ? index : index - devices.length;
    }
}
