package io.github.iocp4j.pipe;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamLimit;
import io.github.iocp4j.internal.Timeouts;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One end of a connected named pipe. A {@link NamedPipeServer} accepts it, a {@link NamedPipeClient} opens it, or it is
 * this process's end of a {@link ChildPipe}.
 *
 * <p>On a message-mode pipe, each write is one message and each read takes one message. If the message is longer than
 * the buffer, the read completes with {@link Win32Error#MORE_DATA}, and the next read continues the same message. When
 * the peer has gone, a read completes with {@link Win32Error#BROKEN_PIPE}, and a write with that status or with
 * {@link Win32Error#NO_DATA}. When the server has disconnected its client, both complete with
 * {@link Win32Error#PIPE_NOT_CONNECTED}.
 *
 * <p>A read of 0 bytes waits for data. On a byte-mode pipe it leaves the data for the next read. On a message-mode pipe
 * it completes with {@link Win32Error#MORE_DATA} and leaves the message; but it removes an empty message and completes
 * with success.
 *
 * <p>An aborted write ({@link Completion#isAborted}) completes with 0 bytes, although the peer may have read a part of
 * it: Windows does not report how much. After that, a protocol that counts bytes can no longer use the connection.
 *
 * <p>There are three ways to end a connection. {@link #close} leaves written data for the peer to read. {@link #flush}
 * before {@link #close} waits until the peer has read the data. {@link #disconnect}, on the server's end, discards the
 * data. Windows has no half-close; on message-mode pipes, {@link #closeWrite} has a similar effect.
 */
public final class NamedPipe extends StreamDevice {
    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);

    private static final StreamLimit NO_MORE_WRITES = new StreamLimit() {
        @Override
        public void checkWritable(final StreamDevice device) {
            throw new IllegalStateException(device + " cannot be written after closeWrite()");
        }
    };

    /** Not yet known, for a client's end. */
    private static final int UNKNOWN = -1;

    private volatile int peerProcessId;

    NamedPipe(final CompletionPort port, final long key, final int peerProcessId) {
        // All connections of one pipe share the string.
        super(new OpenedDevice(port, key, DeviceNative.name(key).intern()));
        this.peerProcessId = peerProcessId;
    }

    /** A client's end, which need not be connected. */
    NamedPipe(final CompletionPort port, final long key) {
        this(port, key, UNKNOWN);
    }

    /**
     * The process that was at the other end when the connection was made ({@code GetNamedPipeClientProcessId} or
     * {@code GetNamedPipeServerProcessId}).
     *
     * @return the process id, or 0 if Windows does not know it, for example for a client on another machine, or if this
     *     end is not connected
     */
    public int peerProcessId() {
        if (peerProcessId == UNKNOWN) {
            final int found = NamedPipeNative.serverProcessId(key());
            if (found == 0) {
                return 0;
            }
            peerProcessId = found;
        }
        return peerProcessId;
    }

    /**
     * The terminal session of the process at the other end ({@code GetNamedPipeClientSessionId} or
     * {@code GetNamedPipeServerSessionId}). Services are in session 0, users in others.
     *
     * @return the session
     * @throws Win32Exception if Windows does not know it, for example because this end is write-only or the client is
     *     on another machine
     * @throws DeviceClosedException when the device is closed or closing
     */
    public int peerSessionId() throws Win32Exception {
        return (int) EngineError.checked(this, NamedPipeNative.peerSessionId(key()), "GetNamedPipeSessionId");
    }

    /**
     * Starts to write a message and to read the answer, in one call ({@code TransactNamedPipe}). The pipe must be
     * duplex and in message mode, this end must read messages, and no message may be unread. The completion has the
     * opcode {@link Opcode#TRANSACT} and the length of the answer. If the answer is longer than the buffer, the status
     * is {@link Win32Error#MORE_DATA}, and a {@link #read} continues the answer. The status is
     * {@link Win32Error#PIPE_BUSY} if a message was unread, and {@link Win32Error#BAD_PIPE} if the pipe is not in
     * message mode.
     *
     * @param request the message, from position to limit of a direct buffer; read-only is fine
     * @param answer receives the answer, from position to limit of another direct buffer
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when a buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when {@code answer} is read-only
     * @throws IllegalStateException after {@link #closeWrite}
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transact(final ByteBuffer request, final ByteBuffer answer, final long token) {
        return startTransact(request, answer, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts a transaction as {@link #transact(ByteBuffer, ByteBuffer, long)} does, with a deadline. If no answer has
     * arrived by then, the operation is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}.
     * The request may have been written; then the next read returns its answer.
     *
     * @param request the message
     * @param answer receives the answer
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long transact(
            final ByteBuffer request, final ByteBuffer answer, final Duration timeout, final long token) {
        return startTransact(request, answer, token, Timeouts.deadline(timeout));
    }

    /**
     * Queries how much data can be read, and leaves the data ({@code PeekNamedPipe}). The call does not wait, and does
     * not affect reads in flight.
     *
     * @return the amounts at this moment
     * @throws Win32Exception {@link Win32Error#BROKEN_PIPE} when the peer has gone and everything has been read,
     *     {@link Win32Error#ACCESS_DENIED} when this end is write-only
     * @throws DeviceClosedException when the device is closed or closing
     */
    public PipeContents peek() throws Win32Exception {
        final long found = EngineError.checked(this, NamedPipeNative.peek(key()), "PeekNamedPipe");
        return new PipeContents((int) found & Integer.MAX_VALUE, (int) (found >>> 31));
    }

    /**
     * Waits until the peer has read everything that was written ({@code FlushFileBuffers}). The calling thread blocks
     * until then; do not call this on a worker of the port. A virtual thread parks and does not pin its carrier.
     * {@link #cancelAll} and {@link #close} end the wait, an interrupt does not.
     *
     * @throws Win32Exception when the peer has gone or the wait was ended before everything was read
     * @throws DeviceClosedException when the device is closed or closing
     */
    public void flush() throws Win32Exception {
        EngineError.checked(this, OffCarrier.call(() -> NamedPipeNative.flush(key())), "FlushFileBuffers");
    }

    /**
     * Ends the connection at once ({@code DisconnectNamedPipe}), and closes this device as {@link #close} does. Only
     * the server's end can disconnect. The client loses data that it has not read; to avoid that, call {@link #flush}
     * first. Operations in flight at this end complete with {@link Win32Error#PIPE_NOT_CONNECTED}.
     *
     * <p>The {@link NamedPipeServer} reuses the pipe instance for the next client if too few instances are waiting. The
     * handle stays open, so that a pipe with few instances keeps its name. The next connection is a new device with its
     * own key; this object stays closed and never refers to the new client.
     *
     * @throws Win32Exception when Windows refuses; the device is still open then
     * @throws UnsupportedOperationException on a client's end, which can only be closed
     * @throws DeviceClosedException when the device is closed or closing
     */
    public void disconnect() throws Win32Exception {
        final long answer = NamedPipeNative.disconnect(key());
        if (EngineError.of(answer) == EngineError.WRONG_DEVICE) {
            throw new UnsupportedOperationException(
                    this + " is a client's end: only the server's end can disconnect; close this one");
        }
        EngineError.checked(this, answer, "DisconnectNamedPipe");
        close();
    }

    /**
     * Signals the end of the data to the peer; this end can still read. By a common convention, the signal is an empty
     * message, which this method starts to write. For a peer that uses this library, a read completes with 0 bytes and
     * {@link Win32Error#SUCCESS}. The completion of the empty message has the opcode {@link Opcode#WRITE}. Later writes
     * are refused.
     *
     * <p>Windows has no half-close for byte-mode pipes: there, {@link #flush} with {@link #close}, or
     * {@link #disconnect}, end both directions.
     *
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws UnsupportedOperationException unless the pipe is in message mode and this end can also read
     * @throws IllegalStateException when this method was called before
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long closeWrite(final long token) {
        PortAccess.get().checkWritable(this);
        final long messages = NamedPipeNative.keepsMessages(key());
        if (messages < 0) {
            throw EngineError.of(messages).exception(this);
        }
        if (messages == 0) {
            throw new UnsupportedOperationException(this + " has no half close: only duplex message-mode pipes"
                    + " have one. End it with flush and close, or with disconnect");
        }
        final long operation = PortAccess.get().startWrite(this, EMPTY, 0, token, Timeouts.NO_DEADLINE);
        PortAccess.get().limit(this, NO_MORE_WRITES);
        return operation;
    }

    private long startTransact(
            final ByteBuffer request, final ByteBuffer answer, final long token, final int milliseconds) {
        PortAccess.get().checkWritable(this);
        Buffers.checkDirect(request);
        Buffers.checkReadInto(answer);
        return PortAccess.get().accepted(this,
                NamedPipeNative.transact(key(), request, request.position(), request.remaining(), answer,
                answer.position(), answer.remaining(), token, milliseconds));
    }
}
