package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The completions that one worker or poller has dequeued together, read in place from native memory.
 *
 * <p>All accessors take the index of a completion, from 0 to {@link #size()} - 1, and none of them allocates, except
 * {@link #device} for a new connection and {@link #error}. A batch belongs to its worker: it may be read only on the
 * thread that was handed it and only until {@link CompletionListener#onCompletions} returns. The worker uses the same
 * object again: whoever keeps it finds it empty, so that its accessors throw {@link IndexOutOfBoundsException}, or sees
 * the completions of another batch.
 */
public final class CompletionBatch {
    // The layout of native/engine/CompletionRecord.h; NativeLibrary compares the two when the DLL is loaded.
    static final int RECORD_LENGTH = 32;
    static final int KEY_OFFSET = 0;
    static final int TOKEN_OFFSET = 8;
    static final int BYTES_OFFSET = 16;
    static final int STATUS_OFFSET = 20;
    static final int OPCODE_OFFSET = 24;
    static final int KIND_OFFSET = 26;
    static final int DETAIL_OFFSET = 28;

    private final CompletionPort port;
    private final int worker;
    private final ByteBuffer records;
    private int size;

    CompletionBatch(final CompletionPort port, final int worker, final ByteBuffer records) {
        this.port = port;
        this.worker = worker;
        this.records = records.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The number of completions.
     *
     * @return at least 1 inside {@link CompletionListener#onCompletions}, 0 afterwards
     */
    public int size() {
        return size;
    }

    /**
     * The port that these completions were dequeued from.
     *
     * @return the port
     */
    public CompletionPort port() {
        return port;
    }

    /**
     * The worker that dequeued this batch, or on a polled port the poller: an index for data that a listener keeps for
     * each of them.
     *
     * @return from 0 to the number of workers, or of pollers that were open at the same time, - 1
     */
    public int worker() {
        return worker;
    }

    /**
     * What completed.
     *
     * @param index the completion
     * @return the operation's opcode
     */
    public Opcode opcode(final int index) {
        return Opcode.of(records.getShort(at(index) + OPCODE_OFFSET));
    }

    /**
     * The Win32 error code of the completion: 0 for success. {@link Win32Error} names the codes. An operation that has
     * been aborted tells by whom: {@link Win32Error#OPERATION_ABORTED} when it was cancelled,
     * {@link Win32Error#TIMEOUT} when its time was up, {@link Win32Error#HANDLES_CLOSED} when its device was closed at
     * this end, {@link Win32Error#BROKEN_PIPE} when the peer has gone.
     *
     * @param index the completion
     * @return the code that {@code GetLastError} would give
     */
    public int status(final int index) {
        return records.getInt(at(index) + STATUS_OFFSET);
    }

    /**
     * The number of bytes transferred. Also meaningful when {@link #status} is {@link Win32Error#MORE_DATA}: the part
     * of the message that did fit.
     *
     * @param index the completion
     * @return the byte count, or for {@link Opcode#POST} the number that was posted
     */
    public int bytes(final int index) {
        return records.getInt(at(index) + BYTES_OFFSET);
    }

    /**
     * The token that was passed when the operation was started; for {@link Opcode#ACCEPT} the server's token.
     *
     * @param index the completion
     * @return the token
     */
    public long token(final int index) {
        return records.getLong(at(index) + TOKEN_OFFSET);
    }

    /**
     * The completion key: that of the device, or for {@link Opcode#POST} the key that was posted.
     *
     * @param index the completion
     * @return the key
     */
    public long key(final int index) {
        return records.getLong(at(index) + KEY_OFFSET);
    }

    /**
     * What this kind of device has to add: for {@link Opcode#ACCEPT} of a pipe the client's process, as in
     * {@link NamedPipe#peerProcessId}; for {@link Opcode#COMM_EVENT} the events that have happened, as in
     * {@link SerialPort#awaitEvents}.
     *
     * @param index the completion
     * @return a number whose meaning the device's documentation tells, or 0
     */
    public int detail(final int index) {
        return records.getInt(at(index) + DETAIL_OFFSET);
    }

    /**
     * The device that the completion is about. For a successful {@link Opcode#ACCEPT} this is the new connection,
     * which the listener now owns and must close; for a failed one it is the server.
     *
     * @param index the completion
     * @return the device, or null for {@link Opcode#POST}
     */
    public Device device(final int index) {
        final Opcode opcode = opcode(index);
        if (opcode == Opcode.POST) {
            return null;
        }
        final long key = key(index);
        final Device known = port.device(key);
        return known != null || !isConnection(index) ? known : port.register(connection(index, key));
    }

    /**
     * The completion's failure as an exception that names the device, for a listener that wants to hand it on.
     *
     * @param index the completion
     * @return an exception with {@link #status} as its code, or null when the operation succeeded
     */
    public Win32Exception error(final int index) {
        final int status = status(index);
        if (status == Win32Error.SUCCESS) {
            return null;
        }
        final Device known = port.device(key(index));
        return new Win32Exception(opcode(index).name() + (known != null ? " on " + known.name() : ""), status);
    }

    /** Closes the new connections that {@link #device} has not been asked for. */
    void closeUnclaimed() {
        for (int i = 0; i < size; i++) {
            if (isConnection(i) && port.device(key(i)) == null) {
                DeviceNative.close(key(i));
            }
        }
    }

    private boolean isConnection(final int index) {
        return opcode(index) == Opcode.ACCEPT && status(index) == Win32Error.SUCCESS;
    }

    private Device connection(final int index, final long key) {
        final DeviceKind kind = DeviceKind.of(records.getShort(at(index) + KIND_OFFSET));
        switch (kind) {
            case PIPE:
                return new NamedPipe(port, key, detail(index));
            case STREAM_SOCKET:
                return StreamSocket.accepted(port, key);
            default:
                throw new IllegalStateException("Nobody accepts a " + kind);
        }
    }

    void fill(final int count) {
        size = count;
    }

    void clear() {
        size = 0;
    }

    private int at(final int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("There is no completion " + index + " in a batch of " + size
                    + (size == 0 ? ": its listener has returned, and what it did not copy is gone" : ""));
        }
        return index * RECORD_LENGTH;
    }
}
