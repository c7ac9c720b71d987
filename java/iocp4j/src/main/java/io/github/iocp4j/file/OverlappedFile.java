package io.github.iocp4j.file;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
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
public final class OverlappedFile extends DiskFile {
    private final int alignment;
    private final FileTransfers transfers;

    private OverlappedFile(final CompletionPort port, final long key, final String name, final int access) {
        super(new OpenedDevice(port, key, name));
        // If the port was closed in the meantime, the query fails, and the alignment is never used.
        alignment = (int) Math.max(1, FileNative.alignment(key));
        transfers = new FileTransfers(this, new FileLimits(this, access, alignment));
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
        return transfers.read(buffer, position, Timeouts.NO_DEADLINE, token);
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
        return transfers.read(buffer, position, Timeouts.deadline(timeout), token);
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
        return transfers.readInto(slice, position, Timeouts.NO_DEADLINE, token);
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
        return transfers.readInto(slice, position, Timeouts.deadline(timeout), token);
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
        return transfers.readScatter(segments, position, token);
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
        return transfers.write(buffer, position, Timeouts.NO_DEADLINE, token);
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
        return transfers.write(buffer, position, Timeouts.deadline(timeout), token);
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
        return transfers.writeFrom(slice, position, Timeouts.NO_DEADLINE, token);
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
        return transfers.writeFrom(slice, position, Timeouts.deadline(timeout), token);
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
        return transfers.writeGather(segments, position, token);
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
        return transfers.append(buffer, token);
    }

    /**
     * Configures how to open an {@link OverlappedFile}.
     *
     * <p>Default: an existing file, for reading, with Windows' cache, while others may read it.
     */
    public static final class Builder {
        private final CompletionPort port;
        private final String path;
        private final FileOptions options = new FileOptions();

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
            options.addAccess(FileOptions.GENERIC_READ);
            return this;
        }

        /**
         * Opens the file for writing ({@code GENERIC_WRITE}).
         *
         * @return this
         */
        public Builder write() {
            options.addAccess(FileOptions.GENERIC_WRITE);
            return this;
        }

        /**
         * Opens the file for writing at its end and nowhere else ({@code FILE_APPEND_DATA}). A file open with
         * {@link #write} can be appended to as well.
         *
         * @return this
         */
        public Builder append() {
            options.addAccess(FileOptions.FILE_APPEND_DATA);
            return this;
        }

        /**
         * Creates the file if there is none ({@code OPEN_ALWAYS}).
         *
         * @return this
         */
        public Builder create() {
            options.create = true;
            return this;
        }

        /**
         * Creates the file, and fails with {@link Win32Error#FILE_EXISTS} if there is one ({@code CREATE_NEW}).
         *
         * @return this
         */
        public Builder createNew() {
            options.createNew = true;
            return this;
        }

        /**
         * Truncates the file if there is one: {@code TRUNCATE_EXISTING}, or {@code CREATE_ALWAYS} together with
         * {@link #create}. Needs {@link #write}.
         *
         * @return this
         */
        public Builder truncate() {
            options.truncate = true;
            return this;
        }

        /**
         * What other opens of the file may do while it is open. Default: {@link FileShare#READ}.
         *
         * @param what any; with none, no other open succeeds
         * @return this
         */
        public Builder share(final FileShare... what) {
            options.share(what);
            return this;
        }

        /**
         * Deletes the file when it is closed, also when the program crashes ({@code FILE_FLAG_DELETE_ON_CLOSE}). Until
         * then, others can open it only if it is shared for {@link FileShare#DELETE}.
         *
         * @return this
         */
        public Builder deleteOnClose() {
            options.addFlag(FileOptions.DELETE_ON_CLOSE);
            return this;
        }

        /**
         * Bypasses Windows' cache ({@code FILE_FLAG_NO_BUFFERING}). Positions, lengths and addresses of buffers must
         * then be multiples of {@link OverlappedFile#alignment}.
         *
         * @return this
         */
        public Builder unbuffered() {
            options.addFlag(FileOptions.NO_BUFFERING);
            return this;
        }

        /**
         * Lets a write complete only when the disk has the data ({@code FILE_FLAG_WRITE_THROUGH}).
         *
         * @return this
         */
        public Builder writeThrough() {
            options.addFlag(FileOptions.WRITE_THROUGH);
            return this;
        }

        /**
         * Tells the cache that the file is read from the beginning to the end ({@code FILE_FLAG_SEQUENTIAL_SCAN}).
         *
         * @return this
         */
        public Builder sequential() {
            options.addFlag(FileOptions.SEQUENTIAL_SCAN);
            return this;
        }

        /**
         * Tells the cache that the file is read at random positions ({@code FILE_FLAG_RANDOM_ACCESS}).
         *
         * @return this
         */
        public Builder random() {
            options.addFlag(FileOptions.RANDOM_ACCESS);
            return this;
        }

        /**
         * Tells the cache that the file will be deleted soon and need not reach the disk
         * ({@code FILE_ATTRIBUTE_TEMPORARY}).
         *
         * @return this
         */
        public Builder temporary() {
            options.addFlag(FileOptions.TEMPORARY);
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
            options.check();
            final long answer = OffCarrier.call(() -> FileNative.open(PortAccess.get().id(port), path,
                    options.access(), options.share(), options.disposition(), options.flags()));
            final long key = EngineError.key(answer, "CreateFile " + path + why((int) -answer), port);
            return PortAccess.get().register(port, new OverlappedFile(port, key, path, options.access()));
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
