package io.github.iocp4j;

import java.nio.ByteBuffer;

/**
 * One end of a connected named pipe: what a {@link NamedPipeServer} accepts and what a {@link NamedPipeClient} opens.
 *
 * <p>Any number of reads and writes may be in flight; Windows serves those of one direction in the order in which they
 * were started.
 *
 * <p>A buffer belongs to the kernel from the call until its completion. It cannot be collected during that time, even
 * if the caller drops it; of a slice this is true of the whole. Its position and limit are read when the operation
 * starts and never changed, and the caller may change them. Whoever reads or writes the content meanwhile, or starts
 * another operation in the same place, finds or sends undefined bytes, but always of that place, and as many as the
 * completion tells. What must not be done is to free the memory by other means than the garbage collector's, such as
 * {@code Unsafe.invokeCleaner}: the kernel would write to what is there next.
 */
public final class NamedPipe extends Device {
    /** For {@link Native#read} and {@link Native#write}. */
    static final int NO_DEADLINE = -1;

    private final int peerProcessId;

    NamedPipe(final CompletionPort port, final long key, final int peerProcessId) {
        super(port, key, Native.deviceName(key));
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
     * Starts reading into the buffer, from its position to its limit.
     *
     * @param buffer a direct buffer
     * @param token given back by {@link CompletionBatch#token}
     * @return the operation's id, for {@link #cancel}
     * @see #read(ByteBuffer, int, int, long)
     */
    public long read(final ByteBuffer buffer, final long token) {
        return read(buffer, buffer.position(), buffer.remaining(), token);
    }

    /**
     * Starts reading ({@code ReadFile}). The completion tells how many bytes came. On a message-mode pipe a read takes
     * one message; when it is longer than the buffer, the completion's status is {@link Win32Error#MORE_DATA} and the
     * next read goes on in the same message. When the peer has gone, the status is {@link Win32Error#BROKEN_PIPE}.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes; position is not looked at
     * @param length how many bytes at most; 0 waits until there is something to read
     * @param token given back by {@link CompletionBatch#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when it is read-only
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws DeviceClosedException when the pipe is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long read(final ByteBuffer buffer, final int offset, final int length, final long token) {
        Buffers.checkReadInto(buffer, offset, length);
        return accepted(Native.read(key(), buffer, offset, length, token, NO_DEADLINE));
    }

    /**
     * Starts reading as {@link #read(ByteBuffer, int, int, long)} does, with a deadline. When the time is up before the
     * operation is over, it is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}; when it is
     * over just then, with its own result. A deadline costs no thread and no memory of its own.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param token given back by {@link CompletionBatch#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}
     */
    public long read(
            final ByteBuffer buffer, final int offset, final int length, final long token, final int timeoutMillis) {
        Buffers.checkReadInto(buffer, offset, length);
        return accepted(Native.read(key(), buffer, offset, length, token, Timeouts.checkDeadline(timeoutMillis)));
    }

    /**
     * Starts writing what lies between the buffer's position and its limit.
     *
     * @param buffer a direct buffer
     * @param token given back by {@link CompletionBatch#token}
     * @return the operation's id, for {@link #cancel}
     * @see #write(ByteBuffer, int, int, long)
     */
    public long write(final ByteBuffer buffer, final long token) {
        return write(buffer, buffer.position(), buffer.remaining(), token);
    }

    /**
     * Starts writing ({@code WriteFile}). The completion comes when the pipe's buffer or the peer has taken all of it.
     * On a message-mode pipe each write is one message. When the peer has gone, the completion's status is
     * {@link Win32Error#NO_DATA} or {@link Win32Error#BROKEN_PIPE}.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies; position is not looked at
     * @param length how many bytes
     * @param token given back by {@link CompletionBatch#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws DeviceClosedException when the pipe is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long write(final ByteBuffer buffer, final int offset, final int length, final long token) {
        Buffers.checkWriteFrom(buffer, offset, length);
        return accepted(Native.write(key(), buffer, offset, length, token, NO_DEADLINE));
    }

    /**
     * Starts writing as {@link #write(ByteBuffer, int, int, long)} does, with a deadline. When the time is up before
     * the operation is over, it is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}; when
     * it is over just then, with its own result.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies
     * @param length how many bytes
     * @param token given back by {@link CompletionBatch#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}
     */
    public long write(
            final ByteBuffer buffer, final int offset, final int length, final long token, final int timeoutMillis) {
        Buffers.checkWriteFrom(buffer, offset, length);
        return accepted(Native.write(key(), buffer, offset, length, token, Timeouts.checkDeadline(timeoutMillis)));
    }
}
