package io.github.iocp4j.file;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.FileNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * The part of {@link OverlappedFile} that concerns the file as a whole: locks, size, cache and attributes. Its methods
 * appear in the API as methods of {@code OverlappedFile}, which adds the transfers.
 */
abstract class DiskFile extends Device {
    DiskFile(final OpenedDevice opened) {
        super(opened);
    }

    /**
     * Starts locking a range ({@code LockFileEx}). The completion has opcode {@link Opcode#LOCK} and comes when the
     * lock is granted. The range may lie beyond the end of the file. Closing the file releases its locks.
     *
     * @param range what to lock
     * @param mode the access that the lock denies to other handles
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long lock(final FileRange range, final LockMode mode, final long token) {
        return startLock(range, mode, false, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts locking a range as {@link #lock(FileRange, LockMode, long)} does, with a deadline. If the lock is not
     * granted by then, the operation is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param range what to lock
     * @param mode the access that the lock denies to other handles
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long lock(final FileRange range, final LockMode mode, final Duration timeout, final long token) {
        return startLock(range, mode, false, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts locking a range as {@link #lock(FileRange, LockMode, long)} does, but without waiting
     * ({@code LOCKFILE_FAIL_IMMEDIATELY}): if another lock conflicts, the operation completes with
     * {@link Win32Error#LOCK_VIOLATION}.
     *
     * @param range what to lock
     * @param mode the access that the lock denies to other handles
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long tryLock(final FileRange range, final LockMode mode, final long token) {
        return startLock(range, mode, true, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Locks a range, or returns at once if another lock conflicts ({@code LockFileEx}). No completion follows. The lock
     * is the same as that of {@link #lock(FileRange, LockMode, long)}.
     *
     * @param range what to lock
     * @param mode the access that the lock denies to other handles
     * @return whether the range is locked now
     * @throws Win32Exception when Windows refuses for another reason
     * @throws DeviceClosedException when the file is closed or closing
     */
    public boolean tryLockNow(final FileRange range, final LockMode mode) throws Win32Exception {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(mode, "mode");
        final long result = OffCarrier.call(
                () -> FileNative.tryLock(key(), range.position(), range.length(), mode == LockMode.EXCLUSIVE));
        if (EngineError.win32Error(result) == Win32Error.LOCK_VIOLATION) {
            return false;
        }
        EngineError.checked(this, result, "LockFileEx");
        return true;
    }

    /**
     * Which file this is ({@code GetFileInformationByHandleEx} with {@code FileIdInfo}; where the file system does not
     * support that, {@code GetFileInformationByHandle}).
     *
     * @return equal for two devices exactly if they are open for the same file
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the file is closed or closing
     */
    public FileIdentity identity() throws Win32Exception {
        final long[] parts = new long[3];
        done(() -> FileNative.identity(key(), parts), "GetFileInformationByHandleEx");
        return new FileIdentity(parts[0], parts[1], parts[2]);
    }

    /**
     * Unlocks a range ({@code UnlockFileEx}). It must be exactly the range of one lock.
     *
     * @param range the range that was locked
     * @throws Win32Exception when Windows refuses: {@link Win32Error#NOT_LOCKED} when exactly that range is not locked
     */
    public void unlock(final FileRange range) throws Win32Exception {
        Objects.requireNonNull(range, "range");
        done(() -> FileNative.unlock(key(), range.position(), range.length()), "UnlockFileEx");
    }

    /**
     * The size of the file ({@code GetFileInformationByHandleEx}). The result may or may not include writes in flight.
     *
     * @return bytes
     * @throws Win32Exception when Windows refuses
     */
    public long size() throws Win32Exception {
        return done(() -> FileNative.size(key()), "GetFileInformationByHandleEx");
    }

    /**
     * Truncates or extends the file ({@code SetFileInformationByHandle}). The added range reads as zeros. Extend a file
     * before the writes, so that Windows can execute these in parallel. The size of an unbuffered file need not be
     * aligned.
     *
     * @param size bytes, from 0
     * @throws UnsupportedOperationException when the file is not open for writing
     * @throws Win32Exception when Windows refuses, as with {@link Win32Error#DISK_FULL}
     */
    public void setSize(final long size) throws Win32Exception {
        if (size < 0) {
            throw new IllegalArgumentException("The size is " + size + ", but cannot be negative");
        }
        limits().checkResize();
        done(() -> FileNative.setSize(key(), size), "SetFileInformationByHandle");
    }

    /**
     * Flushes the caches of Windows and of the disk ({@code FlushFileBuffers}). The caller waits. The flush may or may
     * not include writes in flight.
     *
     * @throws UnsupportedOperationException when the file is open neither for writing nor for appending
     * @throws Win32Exception when Windows refuses
     */
    public void flush() throws Win32Exception {
        limits().checkFlush();
        done(() -> FileNative.flush(key()), "FlushFileBuffers");
    }

    /**
     * Makes the file sparse, so that unwritten ranges take no space ({@code FSCTL_SET_SPARSE}).
     *
     * @throws UnsupportedOperationException when the file is not open for writing
     * @throws Win32Exception when Windows refuses, or the file system does not support sparse files
     */
    public void setSparse() throws Win32Exception {
        limits().checkResize();
        done(() -> FileNative.setSparse(key()), "FSCTL_SET_SPARSE");
    }

    /**
     * Turns compression of the file on or off ({@code FSCTL_SET_COMPRESSION}). The file must be open for reading and
     * writing.
     *
     * @param compressed whether to compress
     * @throws UnsupportedOperationException when the file is not open for reading and writing
     * @throws Win32Exception when Windows refuses: {@link Win32Error#INVALID_FUNCTION} or
     *     {@link Win32Error#NOT_SUPPORTED} when the file system does not support compression
     */
    public void setCompressed(final boolean compressed) throws Win32Exception {
        limits().checkCompress();
        done(() -> FileNative.setCompressed(key(), compressed), "FSCTL_SET_COMPRESSION");
    }

    /**
     * Copies times and attributes from another file ({@code SetFileInformationByHandle} with {@code FileBasicInfo}):
     * the times of creation, last access and last write, and attributes such as read-only, hidden, system and archive.
     * Later writes through this device do not change the time of the last write.
     *
     * @param source an open file, of any port
     * @throws Win32Exception when Windows refuses
     */
    public void copyMetadataFrom(final OverlappedFile source) throws Win32Exception {
        Objects.requireNonNull(source, "source");
        done(() -> FileNative.copyMetadata(source.key(), key()), "SetFileInformationByHandle");
    }

    private long startLock(
            final FileRange range, final LockMode mode, final boolean failImmediately, final long token,
            final int milliseconds) {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(mode, "mode");
        return PortAccess.get().accepted(this,
                FileNative.lock(key(), range.position(), range.length(), mode == LockMode.EXCLUSIVE,
                failImmediately, token, milliseconds));
    }

    /** What the file is open for. */
    abstract FileLimits limits();

    /** Makes a blocking call, which may wait for the disk or another machine. */
    private long done(final LongSupplier call, final String name) throws Win32Exception {
        return EngineError.number(OffCarrier.call(call), name + ' ' + name(), this);
    }
}
