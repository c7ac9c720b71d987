package io.github.iocp4j.socket;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamSocketNative;
import io.github.iocp4j.internal.Timeouts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Objects;

/** Starts {@code TransmitFile}: checks the range and the buffers, and makes the exceptions for the file. */
final class FileTransmission {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);
    /** The maximum that {@code TransmitFile} sends. */
    private static final long MAX_BYTES = 0x7fff_fffeL;
    /** {@code ERROR_FILE_TOO_LARGE}: the range ends with the file, and is longer than the maximum. */
    private static final int FILE_TOO_LARGE = 223;

    private FileTransmission() {
    }

    static long ofPath(
            final StreamSocket socket, final Path file, final FileRange range, final ByteBuffer head,
            final ByteBuffer tail, final long token) throws FileSystemException {
        final String path = Objects.requireNonNull(file, "file").toAbsolutePath().toString();
        final long answer = start(socket, path, null, 0, range, head, tail, token);
        return answer > 0 ? PortAccess.get().accepted(socket, answer)
                : EngineError.opened(answer, "CreateFile for TransmitFile", socket, path);
    }

    static long ofDevice(
            final StreamSocket socket, final Device file, final FileRange range, final ByteBuffer head,
            final ByteBuffer tail, final long token) throws Win32Exception {
        if (!Objects.requireNonNull(file, "file").isOpen()) {
            throw EngineError.DEVICE_CLOSED.exception(file);
        }
        final long answer = start(socket, null, null, file.key(), range, head, tail, token);
        if (EngineError.of(answer) == EngineError.WRONG_DEVICE) {
            throw new IllegalArgumentException(file + " is not a file; TransmitFile sends only files");
        }
        return answer > 0 ? PortAccess.get().accepted(socket, answer)
                : EngineError.key(answer, "TransmitFile " + file, socket);
    }

    static long ofChannel(
            final StreamSocket socket, final FileChannel file, final FileRange range, final ByteBuffer head,
            final ByteBuffer tail, final long token) throws IOException {
        Objects.requireNonNull(file, "file");
        final long answer = start(socket, null, file, 0, range, head, tail, token);
        if (EngineError.of(answer) == EngineError.WRONG_DEVICE) {
            throw new UnsupportedOperationException("The handle of " + file + " is unknown, or is not that of a file on"
                    + " a disk: read the channel into a direct buffer and write that, or open the file by its path");
        }
        if (EngineError.win32Error(answer) == Win32Error.INVALID_HANDLE) {
            throw new ClosedChannelException();
        }
        if (EngineError.win32Error(answer) == Win32Error.ACCESS_DENIED) {
            throw new NonReadableChannelException();
        }
        return answer > 0 ? PortAccess.get().accepted(socket, answer)
                : EngineError.key(answer, "TransmitFile " + file, socket);
    }

    /** The file is that of the path, of the channel or of the device key. */
    private static long start(
            final StreamSocket socket, final String path, final FileChannel channel, final long key,
            final FileRange range, final ByteBuffer head, final ByteBuffer tail, final long token) {
        final ByteBuffer first = head == null ? NOTHING : head;
        final ByteBuffer last = tail == null ? NOTHING : tail;
        Buffers.checkDirect(first);
        Buffers.checkDirect(last);
        Objects.requireNonNull(range, "range");
        if (range.length() == 0) {
            throw new IllegalArgumentException("TransmitFile sends at least 1 byte of the file: to it a length of 0 is"
                    + " all until the end");
        }
        final long length = range.length() == Long.MAX_VALUE - range.position() ? 0 : range.length();
        if (length > MAX_BYTES - first.remaining() - last.remaining()) {
            throw new IllegalArgumentException("TransmitFile sends " + MAX_BYTES + " bytes at most, not "
                    + length + " of a file with a head of " + first.remaining() + " and a tail of "
                    + last.remaining());
        }
        final long answer = StreamSocketNative.transmitFile(socket.key(), path, channel, key, range.position(),
                (int) length, first, first.position(), first.remaining(), last, last.position(), last.remaining(),
                token, Timeouts.NO_DEADLINE);
        if (EngineError.win32Error(answer) == FILE_TOO_LARGE) {
            throw new IllegalArgumentException("TransmitFile sends " + MAX_BYTES + " bytes at most, including head and"
                    + " tail, and the file has more from " + range.position() + " on: send it in parts, with lengths");
        }
        return answer;
    }
}
