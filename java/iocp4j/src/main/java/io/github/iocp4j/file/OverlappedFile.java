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
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.Timeouts;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * A file on a disk, read and written at positions.
 *
 * <p>Any number of operations may be in flight, and they complete in any order. Concurrent operations on the same bytes
 * have an undefined result. Positions and sizes are from 0 to 2<sup>63</sup> - 1 bytes; one operation transfers at most
 * {@link Integer#MAX_VALUE} bytes.
 *
 * <p>A call that starts an operation is usually short, and pins the carrier of a virtual thread. Windows may execute
 * the operation during the call, for example on cached and compressed files, and when a write extends the file: then
 * the caller waits for the disk, and the completion still comes through the port. All other calls block until the disk
 * or another machine has answered; a virtual thread parks in them and does not pin its carrier.
 *
 * <p><b>End of file</b>: a read that begins before the end completes with the available bytes. A read that begins at
 * the end or after it completes with {@link Win32Error#HANDLE_EOF} and 0 bytes. A read of 0 bytes succeeds at any
 * position. A write beyond the end extends the file.
 *
 * <p><b>Buffers</b> belong to the kernel from the call until the completion, see {@link StreamDevice}. For an
 * {@linkplain Builder#unbuffered unbuffered} file, position, length and address of each operation must be multiples of
 * {@link #alignment}; the starting method checks this.
 */
public final class OverlappedFile extends DiskFile {
    private final int alignment;
    private final FileLimits limits;
    private final FileTransfers transfers;

    private OverlappedFile(final CompletionPort port, final long key, final String name, final int access) {
        super(new OpenedDevice(port, key, name));
        // If the port was closed in the meantime, the query fails, and the alignment is never used.
        alignment = (int) Math.max(1, FileNative.alignment(key));
        limits = new FileLimits(this, access, alignment);
        transfers = new FileTransfers(this, limits);
    }

    /**
     * Starts to configure how to open a file.
     *
     * @param port receives the completions
     * @param path the file; the path may be longer than 260 characters
     * @return a builder with the defaults that its methods document
     */
    public static Builder builder(final CompletionPort port, final Path path) {
        Objects.requireNonNull(path, "path");
        return new Builder(Objects.requireNonNull(port, "port"), path.toAbsolutePath().toString());
    }

    /**
     * Opens an existing file for reading. Others may open it for reading at the same time.
     *
     * @param port receives the completions
     * @param path the file
     * @return the open file
     * @throws FileSystemException when Windows refuses, see {@link Builder#open}
     */
    public static OverlappedFile open(final CompletionPort port, final Path path) throws FileSystemException {
        return builder(port, path).open();
    }

    /**
     * Positions, lengths and buffer addresses must be multiples of this number: the sector size for an unbuffered file,
     * 1 for any other.
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
     * @throws IllegalArgumentException when the capacity is negative, or not a multiple of the alignment
     */
    public ByteBuffer allocate(final int capacity) {
        Ranges.inRange("capacity", capacity, 0, Integer.MAX_VALUE - alignment + 1);
        FileRanges.checkAligned(alignment, "capacity", capacity);
        return ByteBuffer.allocateDirect(capacity + alignment - 1)
                .alignedSlice(alignment).limit(capacity).slice();
    }

    /**
     * Starts reading into the buffer, from its position to its limit ({@code ReadFile}).
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param position where in the file to begin
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, the range ends beyond 2<sup>63</sup> - 1, or the
     *     operation on an unbuffered file is not aligned
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws UnsupportedOperationException when the file is not open for reading
     * @throws DeviceClosedException when the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long read(final ByteBuffer buffer, final FilePosition position, final long token) {
        return transfers.read(buffer, position, Timeouts.NO_DEADLINE, token);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, FilePosition, long)} does, with a deadline. At the deadline, an
     * operation in flight is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}, or with its
     * own result if it ends at that moment.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param position where in the file to begin
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long read(
            final ByteBuffer buffer, final FilePosition position, final Duration timeout, final long token) {
        return transfers.read(buffer, position, Timeouts.deadline(timeout), token);
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, FilePosition, long)} does, into registered memory.
     *
     * @param slice the memory to read into, from position to limit of its buffer
     * @param position where in the file to begin
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws IllegalStateException when the registered buffer is closed
     */
    public long readInto(final RegisteredSlice slice, final FilePosition position, final long token) {
        return transfers.readInto(slice, position, Timeouts.NO_DEADLINE, token);
    }

    /**
     * Starts reading into registered memory, with a deadline; see
     * {@link #read(ByteBuffer, FilePosition, Duration, long)}.
     *
     * @param slice the memory to read into, from position to limit of its buffer
     * @param position where in the file to begin
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long readInto(
            final RegisteredSlice slice, final FilePosition position, final Duration timeout, final long token) {
        return transfers.readInto(slice, position, Timeouts.deadline(timeout), token);
    }

    /**
     * Starts reading pages into several buffers ({@code ReadFileScatter}). The file must be unbuffered.
     *
     * @param segments the buffers to read into
     * @param position where in the file to begin, a multiple of {@link #alignment}
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException when the file is not unbuffered, or not open for reading
     * @throws IllegalArgumentException when the position is not aligned, or the range ends beyond 2<sup>63</sup> - 1
     */
    public long readScatter(final FileSegments segments, final FilePosition position, final long token) {
        return transfers.readScatter(segments, position, token);
    }

    /**
     * Starts writing the buffer, from its position to its limit ({@code WriteFile}). The completion has the number of
     * bytes written, which is all of them if its status is success.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param position where in the file to begin
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, the range ends beyond 2<sup>63</sup> - 1, or the
     *     operation on an unbuffered file is not aligned
     * @throws UnsupportedOperationException when the file is open only for reading or only for appending
     * @throws DeviceClosedException when the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long write(final ByteBuffer buffer, final FilePosition position, final long token) {
        return transfers.write(buffer, position, Timeouts.NO_DEADLINE, token);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, FilePosition, long)} does, with a deadline; see
     * {@link #read(ByteBuffer, FilePosition, Duration, long)}.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param position where in the file to begin
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long write(
            final ByteBuffer buffer, final FilePosition position, final Duration timeout, final long token) {
        return transfers.write(buffer, position, Timeouts.deadline(timeout), token);
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, FilePosition, long)} does, from registered memory.
     *
     * @param slice the memory to write from, from position to limit of its buffer
     * @param position where in the file to begin
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalStateException when the registered buffer is closed
     */
    public long writeFrom(final RegisteredSlice slice, final FilePosition position, final long token) {
        return transfers.writeFrom(slice, position, Timeouts.NO_DEADLINE, token);
    }

    /**
     * Starts writing from registered memory, with a deadline; see
     * {@link #read(ByteBuffer, FilePosition, Duration, long)}.
     *
     * @param slice the memory to write from, from position to limit of its buffer
     * @param position where in the file to begin
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long writeFrom(
            final RegisteredSlice slice, final FilePosition position, final Duration timeout, final long token) {
        return transfers.writeFrom(slice, position, Timeouts.deadline(timeout), token);
    }

    /**
     * Starts writing pages from several buffers ({@code WriteFileGather}). The file must be unbuffered.
     *
     * @param segments the buffers to write from
     * @param position where in the file to begin, a multiple of {@link #alignment}
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException when the file is not unbuffered, or not open for writing
     * @throws IllegalArgumentException when the position is not aligned, or the range ends beyond 2<sup>63</sup> - 1
     */
    public long writeGather(final FileSegments segments, final FilePosition position, final long token) {
        return transfers.writeGather(segments, position, token);
    }

    /**
     * Starts writing at the end of the file: all bits of {@code Offset} and {@code OffsetHigh} in the
     * {@code OVERLAPPED} are 1, so that Windows determines the position when it executes the write. Concurrent appends
     * do not overlap; their order is undefined.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when the buffer is not direct, or the operation on an unbuffered file is not
     *     aligned
     * @throws UnsupportedOperationException when the file is open only for reading
     */
    public long append(final ByteBuffer buffer, final long token) {
        return transfers.append(buffer, token);
    }

    @Override
    FileLimits limits() {
        return limits;
    }

    /**
     * Configures how to open a file. Default: an existing file, for reading, with Windows' cache; others may read it.
     * Call both {@link #read} and {@link #write} to do both.
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
         * Opens the file only for appending ({@code FILE_APPEND_DATA}). A file that is open with {@link #write}
         * supports {@link OverlappedFile#append}, too.
         *
         * @return this
         */
        public Builder append() {
            options.addAccess(FileOptions.FILE_APPEND_DATA);
            return this;
        }

        /**
         * Creates the file if it does not exist ({@code OPEN_ALWAYS}).
         *
         * @return this
         */
        public Builder create() {
            options.create = true;
            return this;
        }

        /**
         * Creates the file, and fails with {@link FileAlreadyExistsException} if it exists ({@code CREATE_NEW}), or if
         * the path is a symbolic link.
         *
         * @return this
         */
        public Builder createNew() {
            options.createNew = true;
            return this;
        }

        /**
         * Truncates an existing file ({@code TRUNCATE_EXISTING}, or {@code CREATE_ALWAYS} together with
         * {@link #create}). Requires {@link #write}.
         *
         * @return this
         */
        public Builder truncate() {
            options.truncate = true;
            return this;
        }

        /**
         * What others may do with the file while it is open. Default: {@link FileShare#READ}.
         *
         * @param what any number of values; without a value, no other open of the file succeeds
         * @return this
         */
        public Builder share(final FileShare... what) {
            options.share(what);
            return this;
        }

        /**
         * Deletes the file when it is closed, also when the program crashes ({@code FILE_FLAG_DELETE_ON_CLOSE}). Until
         * then, others can open it only if {@link #share} includes {@link FileShare#DELETE}.
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
         * Opens the file ({@code CreateFileW} with {@code FILE_FLAG_OVERLAPPED}). A virtual thread parks during the
         * call and does not pin its carrier.
         *
         * @return the open file
         * @throws IllegalArgumentException when the options contradict each other
         * @throws NoSuchFileException when the file or a folder in its path does not exist
         * @throws FileAlreadyExistsException when the file exists, and {@link #createNew} is set
         * @throws AccessDeniedException when this user may not open the file, or the path is a folder
         * @throws FileSystemException when Windows refuses for another reason; its cause is a {@link Win32Exception}
         *     with the code, for example {@link Win32Error#SHARING_VIOLATION}, or {@link Win32Error#NOT_SUPPORTED} when
         *     the path names a device or a pipe
         * @throws PortClosedException when the port is closed or closing
         */
        public OverlappedFile open() throws FileSystemException {
            options.check();
            final long answer = OffCarrier.call(() -> FileNative.open(PortAccess.get().id(port), path,
                    options.access(), options.share(), options.disposition(), options.flags()));
            final long key = EngineError.opened(answer, "CreateFile" + why((int) -answer), port, path);
            return PortAccess.get().register(port, new OverlappedFile(port, key, path, options.access()));
        }

        /** Explains an error code further, where that is possible. */
        private String why(final int error) {
            if (error == Win32Error.NOT_SUPPORTED) {
                return " (the path is not a file on a disk)";
            }
            return error == Win32Error.ACCESS_DENIED && Files.isDirectory(Path.of(path))
                    ? " (the path is a folder)" : "";
        }
    }
}
