package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * A file on a disk, read and written at positions.
 *
 * <p>Any number of operations may be in flight. They complete in any order; concurrent operations on the same bytes
 * have an undefined result. Positions and sizes are 64-bit byte counts, of which a file can use 63 bits; one operation
 * has at most {@link Integer#MAX_VALUE} bytes.
 *
 * <p>Calls that start no operation block until the disk or another machine has answered. A virtual thread parks in them
 * and does not pin its carrier. Calls that start an operation are short, unless Windows executes it synchronously, as
 * it may for cached and compressed files and for writes that extend the file; they pin the carrier.
 *
 * <p>The <b>end of the file</b> is always reported in the same way: a read that begins before it completes with the
 * available bytes, a read that begins at or after it with {@link Win32Error#HANDLE_EOF} and no bytes. A read of no
 * bytes succeeds anywhere. A write beyond the end extends the file.
 *
 * <p>A <b>buffer</b> belongs to the kernel from the call until its completion, as {@link StreamDevice} tells. In an
 * {@linkplain OverlappedFileBuilder#unbuffered unbuffered} file, positions, lengths and addresses must be multiples of
 * {@link #alignment}; that is checked before anything starts.
 *
 * <p>When Windows executes an operation during the call, the caller waits for the disk, and the completion still comes
 * through the port.
 */
public final class OverlappedFile extends Device {
    /** The position that means the end of the file. */
    private static final long APPEND = -1;

    private final boolean readable;
    private final boolean writable;
    private final boolean appendable;
    private final int alignment;

    OverlappedFile(
            final CompletionPort port, final long key, final String name, final boolean readable,
            final boolean writable, final boolean appendable) {
        super(port, key, name);
        this.readable = readable;
        this.writable = writable;
        this.appendable = appendable;
        // If the port was closed in the meantime, the query fails, and the alignment is never used.
        alignment = (int) Math.max(1, FileNative.alignment(key));
    }

    /**
     * Starts to configure how to open a file.
     *
     * @param port receives the completions
     * @param path the file; a path longer than 260 characters is fine
     * @return a builder with the defaults that its methods document
     */
    public static OverlappedFileBuilder builder(final CompletionPort port, final Path path) {
        Objects.requireNonNull(path, "path");
        return new OverlappedFileBuilder(Objects.requireNonNull(port, "port"), path.toAbsolutePath().toString());
    }

    /**
     * Opens an existing file for reading, shared for reading.
     *
     * @param port receives the completions
     * @param path the file
     * @return the open file
     * @throws Win32Exception when Windows refuses
     */
    public static OverlappedFile open(final CompletionPort port, final Path path) throws Win32Exception {
        return builder(port, path).open();
    }

    /**
     * The number of which positions, lengths and addresses must be multiples: the sector size for an unbuffered file,
     * otherwise 1.
     *
     * @return bytes, a power of two
     */
    public int alignment() {
        return alignment;
    }

    /**
     * Allocates a direct buffer with an aligned address.
     *
     * @param capacity bytes; for an unbuffered file a multiple of {@link #alignment}
     * @return a buffer with that capacity
     */
    public ByteBuffer allocate(final int capacity) {
        return ByteBuffer.allocateDirect(Math.addExact(capacity, alignment - 1))
                .alignedSlice(alignment).limit(capacity).slice();
    }

    /**
     * Starts reading ({@code ReadFile}).
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes; position is not looked at
     * @param length how many bytes at most
     * @param position where in the file the first byte lies
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, the position is negative or the range goes beyond
     *     2^63 - 1, or when the file is unbuffered and something is not aligned
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws UnsupportedOperationException when the file is not open for reading
     * @throws DeviceClosedException when the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long read(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token) {
        return startRead(buffer, offset, length, position, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, int, int, long, long)} does, with a deadline. When the time is up
     * before the operation is over, it is cancelled ({@code CancelIoEx}) and completes with
     * {@link Win32Error#TIMEOUT}; when it is over just then, with its own result.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param position where in the file the first byte lies
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long read(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token,
            final int timeoutMillis) {
        return startRead(buffer, offset, length, position, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, int, int, long, long)} does, into a part of a registered buffer.
     *
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param position where in the file the first byte lies
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalStateException when the buffer is registered no more
     */
    public long readInto(
            final RegisteredBuffer buffer, final int offset, final int length, final long position, final long token) {
        return startRead(buffer, offset, length, position, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into a part of a registered buffer, with a deadline as
     * {@link #read(ByteBuffer, int, int, long, long, int)} has.
     *
     * @param buffer where the bytes go
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param position where in the file the first byte lies
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long readInto(
            final RegisteredBuffer buffer, final int offset, final int length, final long position, final long token,
            final int timeoutMillis) {
        return startRead(buffer, offset, length, position, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts reading pages into several places ({@code ReadFileScatter}). The file must be unbuffered.
     *
     * @param segments where the bytes go
     * @param position where in the file the first byte lies, a multiple of {@link #alignment}
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException when the file is not unbuffered, or not open for reading
     * @throws IllegalArgumentException when the position does not suit
     */
    public long read(final FileSegments segments, final long position, final long token) {
        checkReadable();
        checkSegments(segments, position);
        return accepted(FileNative.readScatter(key(), segments.array(), position, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts writing ({@code WriteFile}). The completion tells how many bytes were written, which are all unless its
     * status is an error.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies; position is not looked at
     * @param length how many bytes
     * @param position where in the file the first byte goes
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, the position is negative or the range goes beyond
     *     2^63 - 1, or when the file is unbuffered and something is not aligned
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's limit
     * @throws UnsupportedOperationException when the file is open for reading or for appending only
     * @throws DeviceClosedException when the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long write(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token) {
        return startWrite(buffer, offset, length, position, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, int, int, long, long)} does, with a deadline. When the time is up
     * before the operation is over, it is cancelled ({@code CancelIoEx}) and completes with
     * {@link Win32Error#TIMEOUT}; when it is over just then, with its own result.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param position where in the file the first byte goes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long write(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token,
            final int timeoutMillis) {
        return startWrite(buffer, offset, length, position, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, int, int, long, long)} does, from a part of a registered buffer.
     *
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param position where in the file the first byte goes
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's capacity
     * @throws IllegalStateException when the buffer is registered no more
     */
    public long writeFrom(
            final RegisteredBuffer buffer, final int offset, final int length, final long position, final long token) {
        return startWrite(buffer, offset, length, position, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing from a part of a registered buffer, with a deadline as
     * {@link #write(ByteBuffer, int, int, long, long, int)} has.
     *
     * @param buffer where the bytes lie
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param position where in the file the first byte goes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long writeFrom(
            final RegisteredBuffer buffer, final int offset, final int length, final long position, final long token,
            final int timeoutMillis) {
        return startWrite(buffer, offset, length, position, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Starts writing pages from several places ({@code WriteFileGather}). The file must be unbuffered.
     *
     * @param segments where the bytes lie
     * @param position where in the file the first byte goes, a multiple of {@link #alignment}
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException when the file is not unbuffered, or not open for writing
     * @throws IllegalArgumentException when the position does not suit
     */
    public long write(final FileSegments segments, final long position, final long token) {
        checkWritable();
        checkSegments(segments, position);
        return accepted(FileNative.writeGather(key(), segments.array(), position, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts writing at the end of the file at the time when Windows executes the write: the {@code OVERLAPPED}'s
     * {@code Offset} and {@code OffsetHigh} are all ones. Concurrent appends do not overlap; their order is undefined.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies; position is not looked at
     * @param length how many bytes
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, or when the file is unbuffered and something is
     *     not aligned
     * @throws IndexOutOfBoundsException when the range does not lie within the buffer's limit
     * @throws UnsupportedOperationException when the file is open for reading only
     */
    public long append(final ByteBuffer buffer, final int offset, final int length, final long token) {
        Buffers.checkWriteFrom(buffer, offset, length);
        checkAppendable();
        FileRanges.checkAligned(alignment, buffer, offset, length, 0);
        return accepted(
                DeviceNative.write(key(), buffer, offset, length, APPEND, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts locking a range ({@code LockFileEx}); {@link Opcode#LOCK} completes when the lock is granted. The range
     * may lie beyond the end. Closing the file releases its locks.
     *
     * @param position where the range begins
     * @param length how many bytes, at least 1
     * @param exclusive whether the lock prevents reads through other handles, too; a shared lock prevents only writes
     * @param failImmediately whether to complete with {@link Win32Error#LOCK_VIOLATION} when another handle has a
     *     conflicting lock; otherwise the operation waits until that is released
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the range is empty or negative
     */
    public long lock(
            final long position, final long length, final boolean exclusive, final boolean failImmediately,
            final long token) {
        return startLock(position, length, exclusive, failImmediately, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts locking a range as {@link #lock(long, long, boolean, boolean, long)} does, with a deadline, after which it
     * is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param position where the range begins
     * @param length how many bytes, at least 1
     * @param exclusive whether the lock prevents reads through other handles, too
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1
     * @return the operation's id, for {@link #cancel}
     */
    public long lock(
            final long position, final long length, final boolean exclusive, final long token,
            final int timeoutMillis) {
        return startLock(position, length, exclusive, false, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Unlocks a range that was locked as a whole ({@code UnlockFileEx}).
     *
     * @param position where the range begins
     * @param length how many bytes
     * @throws Win32Exception when Windows refuses: {@link Win32Error#NOT_LOCKED} when that exact range is not locked
     */
    public void unlock(final long position, final long length) throws Win32Exception {
        FileRanges.checkLock(position, length);
        done(() -> FileNative.unlock(key(), position, length), "UnlockFileEx");
    }

    /**
     * The size of the file ({@code GetFileInformationByHandleEx}). Writes in flight may not be included.
     *
     * @return bytes
     * @throws Win32Exception when Windows refuses
     */
    public long size() throws Win32Exception {
        return done(() -> FileNative.size(key()), "GetFileInformationByHandleEx");
    }

    /**
     * Truncates or extends the file ({@code SetFileInformationByHandle}). The added range reads as zeros. Extend a file
     * before writing, so that the writes can run in parallel. An unbuffered file may have any size.
     *
     * @param size bytes, from 0
     * @throws Win32Exception when Windows refuses, as with {@link Win32Error#DISK_FULL}
     */
    public void setSize(final long size) throws Win32Exception {
        if (size < 0) {
            throw new IllegalArgumentException("The size is " + size + ", but cannot be negative");
        }
        done(() -> FileNative.setSize(key(), size), "SetFileInformationByHandle");
    }

    /**
     * Flushes the caches of Windows and of the disk ({@code FlushFileBuffers}). The caller waits. Writes in flight may
     * not be included.
     *
     * @throws Win32Exception when Windows refuses: {@link Win32Error#ACCESS_DENIED} for a file not open for writing
     */
    public void flush() throws Win32Exception {
        done(() -> FileNative.flush(key()), "FlushFileBuffers");
    }

    /**
     * Makes the file sparse, so that unwritten ranges take no space ({@code FSCTL_SET_SPARSE}).
     *
     * @throws Win32Exception when Windows refuses, or the file system does not support sparse files
     */
    public void setSparse() throws Win32Exception {
        done(() -> FileNative.setSparse(key()), "FSCTL_SET_SPARSE");
    }

    /**
     * Turns compression of the file on or off ({@code FSCTL_SET_COMPRESSION}). It must be open for reading and writing.
     *
     * @param compressed whether to compress
     * @throws Win32Exception when Windows refuses: {@link Win32Error#INVALID_FUNCTION} or
     *     {@link Win32Error#NOT_SUPPORTED} when the file system does not compress
     */
    public void setCompressed(final boolean compressed) throws Win32Exception {
        done(() -> FileNative.setCompressed(key(), compressed), "FSCTL_SET_COMPRESSION");
    }

    /**
     * Copies the times of creation, last access and last write, and attributes such as read-only, hidden, system and
     * archive, from another file ({@code SetFileInformationByHandle} with {@code FileBasicInfo}). Later writes through
     * this device do not change the time of the last write.
     *
     * @param source an open file, of any port
     * @throws Win32Exception when Windows refuses
     */
    public void copyMetadataFrom(final OverlappedFile source) throws Win32Exception {
        done(() -> FileNative.copyMetadata(source.key(), key()), "SetFileInformationByHandle");
    }

    private long startRead(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token,
            final int milliseconds) {
        Buffers.checkReadInto(buffer, offset, length);
        checkReadable();
        FileRanges.check(position, length);
        FileRanges.checkAligned(alignment, buffer, offset, length, position);
        return accepted(DeviceNative.read(key(), buffer, offset, length, position, token, milliseconds));
    }

    private long startWrite(
            final ByteBuffer buffer, final int offset, final int length, final long position, final long token,
            final int milliseconds) {
        Buffers.checkWriteFrom(buffer, offset, length);
        checkWritable();
        FileRanges.check(position, length);
        FileRanges.checkAligned(alignment, buffer, offset, length, position);
        return accepted(DeviceNative.write(key(), buffer, offset, length, position, token, milliseconds));
    }

    /** Returns the buffer's key, after a check of the range that an operation reads into. */
    long keyToReadInto(final RegisteredBuffer buffer, final int offset, final int length, final long position) {
        final long memory = buffer.keyToReadInto(offset, length);
        checkReadable();
        FileRanges.check(position, length);
        FileRanges.checkAligned(alignment, buffer.buffer(), offset, length, position);
        return memory;
    }

    /** Returns the buffer's key, after a check of the range that an operation writes from. */
    long keyToWriteFrom(final RegisteredBuffer buffer, final int offset, final int length, final long position) {
        final long memory = buffer.keyToWriteFrom(offset, length);
        checkWritable();
        FileRanges.check(position, length);
        FileRanges.checkAligned(alignment, buffer.buffer(), offset, length, position);
        return memory;
    }

    private long startRead(
            final RegisteredBuffer buffer, final int offset, final int length, final long position, final long token,
            final int milliseconds) {
        return accepted(DeviceNative.readRegistered(key(), keyToReadInto(buffer, offset, length, position), offset,
                length, position, token, milliseconds));
    }

    private long startWrite(
            final RegisteredBuffer buffer, final int offset, final int length, final long position, final long token,
            final int milliseconds) {
        return accepted(DeviceNative.writeRegistered(key(), keyToWriteFrom(buffer, offset, length, position), offset,
                length, position, token, milliseconds));
    }

    private long startLock(
            final long position, final long length, final boolean exclusive, final boolean failImmediately,
            final long token, final int milliseconds) {
        FileRanges.checkLock(position, length);
        return accepted(FileNative.lock(key(), position, length, exclusive, failImmediately, token, milliseconds));
    }

    private void checkSegments(final FileSegments segments, final long position) {
        if (alignment == 1) {
            throw new UnsupportedOperationException(this + " is not unbuffered: Windows scatters and gathers only in"
                    + " files opened with OverlappedFileBuilder.unbuffered()");
        }
        FileRanges.check(position, segments.length());
        FileRanges.checkAligned(alignment, "position", position);
    }

    private void checkReadable() {
        if (!readable) {
            throw new UnsupportedOperationException(
                    this + " is not open for reading: open it with OverlappedFileBuilder.read(), too");
        }
    }

    private void checkWritable() {
        checkAppendable();
        if (!writable) {
            throw new UnsupportedOperationException(
                    this + " is open for appending only, so that positions do not count: use append()");
        }
    }

    private void checkAppendable() {
        if (!appendable) {
            throw new UnsupportedOperationException(
                    this + " is open for reading only: open it with OverlappedFileBuilder.write() or append()");
        }
    }

    /** Makes a blocking call, which may wait for the disk or another machine. */
    private long done(final LongSupplier call, final String name) throws Win32Exception {
        return Refusal.number(OffCarrier.call(call), name + ' ' + name(), this);
    }
}
