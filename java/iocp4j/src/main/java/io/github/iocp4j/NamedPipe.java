package io.github.iocp4j;

import java.nio.ByteBuffer;

/**
 * One end of a connected named pipe: what a {@link NamedPipeServer} accepts, what a {@link NamedPipeClient} opens, and
 * this process's end of a {@link ChildPipe}.
 *
 * <p>On a message-mode pipe each write is one message and each read takes one. When a message is longer than the
 * buffer, the read's status is {@link Win32Error#MORE_DATA} and the next read goes on in the same message. When the
 * peer has gone, a read ends with {@link Win32Error#BROKEN_PIPE}, a write with that or with {@link Win32Error#NO_DATA};
 * when the server has disconnected its client, either ends with {@link Win32Error#PIPE_NOT_CONNECTED}.
 *
 * <p>A read into a buffer without room waits for data. On a pipe of bytes it leaves them for the next read. On a pipe
 * of messages it ends with {@link Win32Error#MORE_DATA} and leaves the message, but takes an empty message away, which
 * is then over with success.
 *
 * <p>A write that is cancelled, runs out of time, or is in flight when the device is closed, ends with 0 bytes, though
 * the peer may have read a part of it: Windows does not say how much. Such a connection is of no more use for a
 * protocol that counts bytes.
 *
 * <p>There are three ways to end a connection. {@link #close} leaves what has been written for the peer to read.
 * {@link #flush} and then {@link #close} waits until the peer has read it. {@link #disconnect}, on the server's end,
 * takes it away from the peer. Windows has no half close; on pipes of messages {@link #closeWrite} comes near it.
 */
public final class NamedPipe extends StreamDevice {
    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(0);

    private final int peerProcessId;
    private volatile boolean writeClosed;

    NamedPipe(final CompletionPort port, final long key, final int peerProcessId) {
        super(port, key, DeviceNative.name(key));
        this.peerProcessId = peerProcessId;
    }

    /**
     * The process at the other end when the connection was made ({@code GetNamedPipeClientProcessId} or
     * {@code GetNamedPipeServerProcessId}).
     *
     * @return the process id, or 0 where Windows does not tell, as for a client on another machine
     */
    public int peerProcessId() {
        return peerProcessId;
    }

    /**
     * The terminal session of the process at the other end ({@code GetNamedPipeClientSessionId} or
     * {@code GetNamedPipeServerSessionId}). Services are in session 0, users in others.
     *
     * @return the session
     * @throws Win32Exception where Windows does not tell, as when this end only writes, and for a client on another
     *     machine
     * @throws DeviceClosedException when the device is closed or closing
     */
    public int peerSessionId() throws Win32Exception {
        return (int) answered(NamedPipeNative.peerSessionId(key()), "GetNamedPipeSessionId");
    }

    /**
     * Starts to write a message and to read the next one, in one call ({@code TransactNamedPipe}). It takes a pipe of
     * messages that goes both ways, is read as messages at this end, and has no unread message in it. The completion
     * has the opcode {@link Opcode#TRANSACT} and tells the length of the answer. When that does not fit, the status is
     * {@link Win32Error#MORE_DATA} and a {@link #read} goes on in it; {@link Win32Error#PIPE_BUSY} says that there was
     * an unread message, {@link Win32Error#BAD_PIPE} that the pipe is none of messages.
     *
     * @param request the message, from position to limit of a direct buffer; read-only is fine
     * @param answer where the answer goes, from position to limit of another direct buffer
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when a buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when that for the answer is read-only
     * @throws IllegalStateException after {@link #closeWrite}
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transact(final ByteBuffer request, final ByteBuffer answer, final long token) {
        return startTransact(request, answer, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts a transaction as {@link #transact(ByteBuffer, ByteBuffer, long)} does, with a deadline. When the time is
     * up before the answer has come, the operation is cancelled ({@code CancelIoEx}) and completes with
     * {@link Win32Error#TIMEOUT}. The request may have been written by then; its answer, should it come, is read next.
     *
     * @param request the message
     * @param answer where the answer goes
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}
     */
    public long transact(
            final ByteBuffer request, final ByteBuffer answer, final long token, final int timeoutMillis) {
        return startTransact(request, answer, token, Timeouts.checkDeadline(timeoutMillis));
    }

    /**
     * Looks at what can be read, and takes nothing ({@code PeekNamedPipe}). It neither waits nor disturbs the reads in
     * flight.
     *
     * @return what there is now
     * @throws Win32Exception {@link Win32Error#BROKEN_PIPE} when the peer has gone and everything has been read,
     *     {@link Win32Error#ACCESS_DENIED} when this end only writes
     * @throws DeviceClosedException when the device is closed or closing
     */
    public PipeContents peek() throws Win32Exception {
        final long found = answered(NamedPipeNative.peek(key()), "PeekNamedPipe");
        return new PipeContents((int) found & Integer.MAX_VALUE, (int) (found >>> 31));
    }

    /**
     * Waits until the peer has read everything that was written ({@code FlushFileBuffers}). The calling thread blocks
     * for as long as the peer likes; it is best not a worker of the port. A virtual thread parks and does not pin its
     * carrier. {@link #cancelAll} and {@link #close} end the wait, an interrupt does not.
     *
     * @throws Win32Exception when the peer has gone or the wait was ended before everything was read
     * @throws DeviceClosedException when the device is closed or closing
     */
    public void flush() throws Win32Exception {
        answered(OffCarrier.call(() -> NamedPipeNative.flush(key())), "FlushFileBuffers");
    }

    /**
     * Ends the connection at once, on the server's end ({@code DisconnectNamedPipe}), and closes this device as
     * {@link #close} does. The client loses what it has not read yet; call {@link #flush} before to avoid that. What is
     * in flight at this end completes with {@link Win32Error#PIPE_NOT_CONNECTED}.
     *
     * <p>The instance of the pipe goes back to its {@link NamedPipeServer}, and waits for the next client if fewer
     * wait than should. Its handle, which Windows ties to its completion key, stays open all the while, so that a pipe
     * with few instances keeps its name; but the next connection is a new device with a key of its own. Whoever still
     * holds this object is told that it is closed, and cannot reach that client.
     *
     * @throws Win32Exception when Windows refuses; the device is still open then
     * @throws UnsupportedOperationException on a client's end, which can only be closed
     * @throws DeviceClosedException when the device is closed or closing
     */
    public void disconnect() throws Win32Exception {
        final long answer = NamedPipeNative.disconnect(key());
        if (Refusal.of(answer) == Refusal.WRONG_DEVICE) {
            throw new UnsupportedOperationException(
                    this + " is a client's end: only the server's can disconnect, this one can be closed");
        }
        answered(answer, "DisconnectNamedPipe");
        close();
    }

    /**
     * Tells the peer that this end writes no more, while it goes on to read: starts to write an empty message, as a
     * number of programs understand it. A peer that uses this library sees a read of 0 bytes with
     * {@link Win32Error#SUCCESS}. The completion has the opcode {@link Opcode#WRITE}. Nothing can be written
     * afterwards.
     *
     * <p>A pipe of bytes has no such thing, and Windows offers none: there {@link #flush} and then {@link #close}, or
     * {@link #disconnect}, end both directions.
     *
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws UnsupportedOperationException unless the pipe is one of messages that can be read at this end, too
     * @throws IllegalStateException when it has been called before
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long closeWrite(final long token) {
        checkWritable();
        final long messages = NamedPipeNative.keepsMessages(key());
        if (messages < 0) {
            throw Refusal.of(messages).exception(this);
        }
        if (messages == 0) {
            throw new UnsupportedOperationException(this + " has no half close: only pipes of messages that go both"
                    + " ways have. End it with flush and close, or with disconnect");
        }
        final long operation = startWrite(EMPTY, 0, 0, 0, token, Timeouts.NO_DEADLINE);
        writeClosed = true;
        return operation;
    }

    @Override
    void checkWritable() {
        if (writeClosed) {
            throw new IllegalStateException(this + " has told its peer that it writes no more (closeWrite)");
        }
    }

    private long startTransact(
            final ByteBuffer request, final ByteBuffer answer, final long token, final int milliseconds) {
        checkWritable();
        Buffers.checkWriteFrom(request, request.position(), request.remaining());
        Buffers.checkReadInto(answer, answer.position(), answer.remaining());
        return accepted(NamedPipeNative.transact(key(), request, request.position(), request.remaining(), answer,
                answer.position(), answer.remaining(), token, milliseconds));
    }
}
