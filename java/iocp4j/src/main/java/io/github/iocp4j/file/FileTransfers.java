package io.github.iocp4j.file;

import io.github.iocp4j.Device;
import io.github.iocp4j.RegisteredSlice;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.FileNative;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Timeouts;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Starts the reads and writes of an {@link OverlappedFile}, after {@link FileLimits} has checked them. Each method
 * returns the operation's id, or an inline completion.
 */
final class FileTransfers {
    /** The position that means the end of the file. */
    private static final long APPEND = -1;

    private final Device file;
    private final FileLimits limits;

    FileTransfers(final Device file, final FileLimits limits) {
        this.file = file;
        this.limits = limits;
    }

    long read(final ByteBuffer buffer, final FilePosition position, final int milliseconds, final long token) {
        final long start = Objects.requireNonNull(position, "position").bytes();
        Buffers.checkReadInto(buffer);
        limits.checkRead(buffer, start);
        return accepted(DeviceNative.read(
                file.key(), buffer, buffer.position(), buffer.remaining(), start, token, milliseconds));
    }

    long readInto(final RegisteredSlice slice, final FilePosition position, final int milliseconds, final long token) {
        final long start = Objects.requireNonNull(position, "position").bytes();
        final long memory = PortAccess.get().keyToReadInto(slice);
        limits.checkRead(slice.buffer(), start);
        return accepted(DeviceNative.readRegistered(file.key(), memory, PortAccess.get().offset(slice),
                slice.buffer().remaining(), start, token, milliseconds));
    }

    long readScatter(final FileSegments segments, final FilePosition position, final long token) {
        final long start = Objects.requireNonNull(position, "position").bytes();
        limits.checkScatter(segments, start);
        return accepted(FileNative.readScatter(file.key(), segments.array(), start, token, Timeouts.NO_DEADLINE));
    }

    long write(final ByteBuffer buffer, final FilePosition position, final int milliseconds, final long token) {
        final long start = Objects.requireNonNull(position, "position").bytes();
        Buffers.checkDirect(buffer);
        limits.checkWrite(buffer, start);
        return accepted(DeviceNative.write(
                file.key(), buffer, buffer.position(), buffer.remaining(), start, token, milliseconds));
    }

    long writeFrom(final RegisteredSlice slice, final FilePosition position, final int milliseconds, final long token) {
        final long start = Objects.requireNonNull(position, "position").bytes();
        final long memory = PortAccess.get().keyToWriteFrom(slice);
        limits.checkWrite(slice.buffer(), start);
        return accepted(DeviceNative.writeRegistered(file.key(), memory, PortAccess.get().offset(slice),
                slice.buffer().remaining(), start, token, milliseconds));
    }

    long writeGather(final FileSegments segments, final FilePosition position, final long token) {
        final long start = Objects.requireNonNull(position, "position").bytes();
        limits.checkGather(segments, start);
        return accepted(FileNative.writeGather(file.key(), segments.array(), start, token, Timeouts.NO_DEADLINE));
    }

    long append(final ByteBuffer buffer, final long token) {
        Buffers.checkDirect(buffer);
        limits.checkAppend(buffer);
        return accepted(DeviceNative.write(
                file.key(), buffer, buffer.position(), buffer.remaining(), APPEND, token, Timeouts.NO_DEADLINE));
    }

    private long accepted(final long answer) {
        return PortAccess.get().accepted(file, answer);
    }
}
