package io.github.iocp4j.file;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.FileNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
 * <p>A <b>buffer</b> belongs to the kernel from the call until its completion, see {@link StreamDevice}. In an
 * {@linkplain Builder#unbuffered unbuffered} file, positions, lengths and addresses must be multiples of
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
        super(new OpenedDevice(port, key, name));
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
    public static Builder builder(final CompletionPort port, final Path path) {
        Objects.requireNonNull(path, "path");
        return new Builder(Objects.requireNonNull(port, "port"), path.toAbsolutePath().toString());
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
     * Starts reading into the buffer, from its position to its limit ({@code ReadFile}).
     *
     * @param buffer a direct buffer, whose position and limit are not changed
     * @param position where in the file to begin
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, the range goes beyond 2^63 - 1, or the file is
     *     unbuffered and something is not aligned
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws UnsupportedOperationException when the file is not open for reading
     * @throws DeviceClosedException when the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long read(final ByteBuffer buffer, final FilePosition position, final long token) {
        return startRead(buffer, position.bytes(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, FilePosition, long)} does, with a deadline. An operation that is not
     * over by then is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}; if it ends at that
     * moment, with its own result.
     *
     * @param buffer a direct buffer, whose position and limit are not changed
     * @param position where in the file to begin
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long read(
            final ByteBuffer buffer, final FilePosition position, final Duration timeout, final long token) {
        return startRead(buffer, position.bytes(), token, Timeouts.deadline(timeout));
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, FilePosition, long)} does, into registered memory.
     *
     * @param slice where the bytes go, from the position of its buffer to the limit
     * @param position where in the file to begin
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalStateException when the buffer is registered no more
     */
    public long readInto(final RegisteredSlice slice, final FilePosition position, final long token) {
        return startRead(slice, position.bytes(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into registered memory, with a deadline as
     * {@link #read(ByteBuffer, FilePosition, Duration, long)} has.
     *
     * @param slice where the bytes go, from the position of its buffer to the limit
     * @param position where in the file to begin
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long readInto(
            final RegisteredSlice slice, final FilePosition position, final Duration timeout, final long token) {
        return startRead(slice, position.bytes(), token, Timeouts.deadline(timeout));
    }

    /**
     * Starts reading pages into several places ({@code ReadFileScatter}). The file must be unbuffered.
     *
     * @param segments where the bytes go
     * @param position where in the file to begin, a multiple of {@link #alignment}
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException when the file is not unbuffered, or not open for reading
     * @throws IllegalArgumentException when the position does not suit
     */
    public long readScatter(final FileSegments segments, final FilePosition position, final long token) {
        checkReadable();
        checkSegments(segments, position.bytes());
        return PortAccess.get().accepted(this,
                FileNative.readScatter(key(), segments.array(), position.bytes(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts writing what lies between the buffer's position and its limit ({@code WriteFile}). The completion has the
     * number of bytes written, which is all of them unless its status is an error.
     *
     * @param buffer a direct buffer, whose position and limit are not changed; read-only is fine
     * @param position where in the file to begin
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, the range goes beyond 2^63 - 1, or the file is
     *     unbuffered and something is not aligned
     * @throws UnsupportedOperationException when the file is open for reading or for appending only
     * @throws DeviceClosedException when the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long write(final ByteBuffer buffer, final FilePosition position, final long token) {
        return startWrite(buffer, position.bytes(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, FilePosition, long)} does, with a deadline as
     * {@link #read(ByteBuffer, FilePosition, Duration, long)} has.
     *
     * @param buffer a direct buffer, whose position and limit are not changed; read-only is fine
     * @param position where in the file to begin
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long write(
            final ByteBuffer buffer, final FilePosition position, final Duration timeout, final long token) {
        return startWrite(buffer, position.bytes(), token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, FilePosition, long)} does, from registered memory.
     *
     * @param slice where the bytes lie, from the position of its buffer to the limit
     * @param position where in the file to begin
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalStateException when the buffer is registered no more
     */
    public long writeFrom(final RegisteredSlice slice, final FilePosition position, final long token) {
        return startWrite(slice, position.bytes(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing from registered memory, with a deadline as
     * {@link #read(ByteBuffer, FilePosition, Duration, long)} has.
     *
     * @param slice where the bytes lie, from the position of its buffer to the limit
     * @param position where in the file to begin
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long writeFrom(
            final RegisteredSlice slice, final FilePosition position, final Duration timeout, final long token) {
        return startWrite(slice, position.bytes(), token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing pages from several places ({@code WriteFileGather}). The file must be unbuffered.
     *
     * @param segments where the bytes lie
     * @param position where in the file to begin, a multiple of {@link #alignment}
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException when the file is not unbuffered, or not open for writing
     * @throws IllegalArgumentException when the position does not suit
     */
    public long writeGather(final FileSegments segments, final FilePosition position, final long token) {
        checkWritable();
        checkSegments(segments, position.bytes());
        return PortAccess.get().accepted(this,
                FileNative.writeGather(key(), segments.array(), position.bytes(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts writing at the end of the file at the time when Windows executes the write: the {@code OVERLAPPED}'s
     * {@code Offset} and {@code OffsetHigh} are all ones. Concurrent appends do not overlap; their order is undefined.
     *
     * @param buffer a direct buffer, whose position and limit are not changed; read-only is fine
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, or when the file is unbuffered and something is
     *     not aligned
     * @throws UnsupportedOperationException when the file is open for reading only
     */
    public long append(final ByteBuffer buffer, final long token) {
        Buffers.checkDirect(buffer);
        checkAppendable();
        FileRanges.checkAligned(alignment, buffer, 0);
        return PortAccess.get().accepted(this, DeviceNative.write(
                key(), buffer, buffer.position(), buffer.remaining(), APPEND, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts locking a range ({@code LockFileEx}); {@link Opcode#LOCK} completes when the lock is granted. The range
     * may lie beyond the end. Closing the file releases its locks.
     *
     * @param range what to lock
     * @param mode what others are kept from
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     */
    public long lock(final FileRange range, final LockMode mode, final long token) {
        return startLock(range, mode, false, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts locking a range as {@link #lock(FileRange, LockMode, long)} does, with a deadline, after which it is
     * cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param range what to lock
     * @param mode what others are kept from
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     */
    public long lock(final FileRange range, final LockMode mode, final Duration timeout, final long token) {
        return startLock(range, mode, false, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts locking a range as {@link #lock(FileRange, LockMode, long)} does, but does not wait
     * ({@code LOCKFILE_FAIL_IMMEDIATELY}): if another lock conflicts, it completes with
     * {@link Win32Error#LOCK_VIOLATION}.
     *
     * @param range what to lock
     * @param mode what others are kept from
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     */
    public long tryLock(final FileRange range, final LockMode mode, final long token) {
        return startLock(range, mode, true, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Unlocks a range that was locked as a whole ({@code UnlockFileEx}).
     *
     * @param range what was locked
     * @throws Win32Exception when Windows refuses: {@link Win32Error#NOT_LOCKED} when exactly that range is not locked
     */
    public void unlock(final FileRange range) throws Win32Exception {
        done(() -> FileNative.unlock(key(), range.position(), range.length()), "UnlockFileEx");
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
            final ByteBuffer buffer, final long position, final long token, final int milliseconds) {
        Buffers.checkReadInto(buffer);
        checkReadable();
        checkPlace(buffer, position);
        return PortAccess.get().accepted(this, DeviceNative.read(
                key(), buffer, buffer.position(), buffer.remaining(), position, token, milliseconds));
    }

    private long startWrite(
            final ByteBuffer buffer, final long position, final long token, final int milliseconds) {
        Buffers.checkDirect(buffer);
        checkWritable();
        checkPlace(buffer, position);
        return PortAccess.get().accepted(this, DeviceNative.write(
                key(), buffer, buffer.position(), buffer.remaining(), position, token, milliseconds));
    }

    private long startRead(
            final RegisteredSlice slice, final long position, final long token, final int milliseconds) {
        final long memory = PortAccess.get().keyToReadInto(slice);
        checkReadable();
        checkPlace(slice.buffer(), position);
        return PortAccess.get().accepted(this, DeviceNative.readRegistered(
                key(), memory, PortAccess.get().offset(
                        slice), slice.buffer().remaining(), position, token, milliseconds));
    }

    private long startWrite(
            final RegisteredSlice slice, final long position, final long token, final int milliseconds) {
        final long memory = PortAccess.get().keyToWriteFrom(slice);
        checkWritable();
        checkPlace(slice.buffer(), position);
        return PortAccess.get().accepted(this, DeviceNative.writeRegistered(
                key(), memory, PortAccess.get().offset(
                        slice), slice.buffer().remaining(), position, token, milliseconds));
    }

    private long startLock(
            final FileRange range, final LockMode mode, final boolean failImmediately, final long token,
            final int milliseconds) {
        return PortAccess.get().accepted(this,
                FileNative.lock(key(), range.position(), range.length(), mode == LockMode.EXCLUSIVE,
                failImmediately, token, milliseconds));
    }

    private void checkPlace(final ByteBuffer buffer, final long position) {
        FileRanges.check(position, buffer.remaining());
        FileRanges.checkAligned(alignment, buffer, position);
    }

    private void checkSegments(final FileSegments segments, final long position) {
        if (alignment == 1) {
            throw new UnsupportedOperationException(this + " is not unbuffered: Windows scatters and gathers only in"
                    + " files opened with OverlappedFile.Builder.unbuffered()");
        }
        FileRanges.check(position, segments.length());
        FileRanges.checkAligned(alignment, "position", position);
    }

    private void checkReadable() {
        if (!readable) {
            throw new UnsupportedOperationException(
                    this + " is not open for reading: open it with OverlappedFile.Builder.read(), too");
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
                    this + " is open for reading only: open it with OverlappedFile.Builder.write() or append()");
        }
    }

    /** Makes a blocking call, which may wait for the disk or another machine. */
    private long done(final LongSupplier call, final String name) throws Win32Exception {
        return EngineError.number(OffCarrier.call(call), name + ' ' + name(), this);
    }

    /**
     * Configures how to open an {@link OverlappedFile}.
     *
     * <p>Default: an existing file, for reading, with Windows' cache, while others may read it.
     */
    public static final class Builder {
        // As CreateFileW takes them.
        private static final int GENERIC_READ = 0x8000_0000;
        private static final int GENERIC_WRITE = 0x4000_0000;
        private static final int FILE_APPEND_DATA = 0x4;
        private static final int CREATE_NEW = 1;
        private static final int CREATE_ALWAYS = 2;
        private static final int OPEN_EXISTING = 3;
        private static final int OPEN_ALWAYS = 4;
        private static final int TRUNCATE_EXISTING = 5;
        private static final int WRITE_THROUGH = 0x8000_0000;
        private static final int NO_BUFFERING = 0x2000_0000;
        private static final int RANDOM_ACCESS = 0x1000_0000;
        private static final int SEQUENTIAL_SCAN = 0x0800_0000;
        private static final int DELETE_ON_CLOSE = 0x0400_0000;
        private static final int TEMPORARY = 0x100;

        private final CompletionPort port;
        private final String path;
        private int access;
        private int share = FileShare.READ.code();
        private boolean create;
        private boolean createNew;
        private boolean truncate;
        private int flags;

        private Builder(final CompletionPort port, final String path) {
            this.port = port;
            this.path = path;
        }

        /**
         * Opens the file for reading ({@code GENERIC_READ}).
         *
         * @return this
         */
        public Builder read() {
            access |= GENERIC_READ;
            return this;
        }

        /**
         * Opens the file for writing ({@code GENERIC_WRITE}).
         *
         * @return this
         */
        public Builder write() {
            access |= GENERIC_WRITE;
            return this;
        }

        /**
         * Opens the file for writing at its end and nowhere else ({@code FILE_APPEND_DATA}). A file open with
         * {@link #write} can be appended to as well.
         *
         * @return this
         */
        public Builder append() {
            access |= FILE_APPEND_DATA;
            return this;
        }

        /**
         * Creates the file if there is none ({@code OPEN_ALWAYS}).
         *
         * @return this
         */
        public Builder create() {
            create = true;
            return this;
        }

        /**
         * Creates the file, and fails with {@link Win32Error#FILE_EXISTS} if there is one ({@code CREATE_NEW}).
         *
         * @return this
         */
        public Builder createNew() {
            createNew = true;
            return this;
        }

        /**
         * Truncates the file if there is one: {@code TRUNCATE_EXISTING}, or {@code CREATE_ALWAYS} together with
         * {@link #create}. Needs {@link #write}.
         *
         * @return this
         */
        public Builder truncate() {
            truncate = true;
            return this;
        }

        /**
         * What other opens of the file may do while it is open. Default: {@link FileShare#READ}.
         *
         * @param what any; with none, no other open succeeds
         * @return this
         */
        public Builder share(final FileShare... what) {
            share = 0;
            for (final FileShare one : what) {
                share |= one.code();
            }
            return this;
        }

        /**
         * Deletes the file when it is closed, also when the program crashes ({@code FILE_FLAG_DELETE_ON_CLOSE}). Until
         * then, others can open it only if it is shared for {@link FileShare#DELETE}.
         *
         * @return this
         */
        public Builder deleteOnClose() {
            flags |= DELETE_ON_CLOSE;
            return this;
        }

        /**
         * Bypasses Windows' cache ({@code FILE_FLAG_NO_BUFFERING}). Positions, lengths and addresses of buffers must
         * then be multiples of {@link OverlappedFile#alignment}.
         *
         * @return this
         */
        public Builder unbuffered() {
            flags |= NO_BUFFERING;
            return this;
        }

        /**
         * Lets a write complete only when the disk has the data ({@code FILE_FLAG_WRITE_THROUGH}).
         *
         * @return this
         */
        public Builder writeThrough() {
            flags |= WRITE_THROUGH;
            return this;
        }

        /**
         * Tells the cache that the file is read from the beginning to the end ({@code FILE_FLAG_SEQUENTIAL_SCAN}).
         *
         * @return this
         */
        public Builder sequential() {
            flags |= SEQUENTIAL_SCAN;
            return this;
        }

        /**
         * Tells the cache that the file is read at random positions ({@code FILE_FLAG_RANDOM_ACCESS}).
         *
         * @return this
         */
        public Builder random() {
            flags |= RANDOM_ACCESS;
            return this;
        }

        /**
         * Tells the cache that the file will be deleted soon and need not reach the disk
         * ({@code FILE_ATTRIBUTE_TEMPORARY}).
         *
         * @return this
         */
        public Builder temporary() {
            flags |= TEMPORARY;
            return this;
        }

        /**
         * Opens the file ({@code CreateFileW} with {@code FILE_FLAG_OVERLAPPED}). A virtual thread parks meanwhile and
         * does not pin its carrier.
         *
         * @return the open file
         * @throws IllegalArgumentException when the options contradict each other
         * @throws Win32Exception when Windows refuses, as with {@link Win32Error#FILE_NOT_FOUND},
         *     {@link Win32Error#SHARING_VIOLATION} or {@link Win32Error#ACCESS_DENIED};
         *     {@link Win32Error#NOT_SUPPORTED} when what has that name is a device or a pipe and not a file
         * @throws PortClosedException when the port is closed or closing
         */
        public OverlappedFile open() throws Win32Exception {
            checkOptions();
            final long answer = OffCarrier.call(() -> FileNative.open(
                    PortAccess.get().id(port), path, access == 0 ? GENERIC_READ : access, share, disposition(), flags));
            final long key = EngineError.key(answer, "CreateFile " + path + why((int) -answer), port);
            return PortAccess.get().register(port,
                    new OverlappedFile(port, key, path, access == 0 || (access & GENERIC_READ) != 0,
                    (access & GENERIC_WRITE) != 0, (access & (GENERIC_WRITE | FILE_APPEND_DATA)) != 0));
        }

        private void checkOptions() {
            if (createNew && (create || truncate)) {
                throw new IllegalArgumentException("createNew() cannot be combined with create() or truncate()");
            }
            if (truncate && (access & GENERIC_WRITE) == 0) {
                throw new IllegalArgumentException("truncate() needs write()");
            }
            if ((flags & NO_BUFFERING) != 0 && (access & FILE_APPEND_DATA) != 0) {
                throw new IllegalArgumentException("Windows does not combine append() and unbuffered(): use write()");
            }
        }

        private int disposition() {
            if (createNew) {
                return CREATE_NEW;
            }
            if (create) {
                return truncate ? CREATE_ALWAYS : OPEN_ALWAYS;
            }
            return truncate ? TRUNCATE_EXISTING : OPEN_EXISTING;
        }

        /** A hint that the code alone does not give. */
        private String why(final int error) {
            if (error == Win32Error.NOT_SUPPORTED) {
                return " (which is not a file on a disk)";
            }
            return error == Win32Error.ACCESS_DENIED && Files.isDirectory(Path.of(path)) ? " (which is a folder)" : "";
        }
    }
}
