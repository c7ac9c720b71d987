package io.github.iocp4j;

/**
 * The result of one operation, read in place from native memory.
 *
 * <p>A completion is valid only during the call that it is passed to, and only on that thread; the worker uses the same
 * object for the next completion. Copy the values that you need later. The methods allocate nothing, except
 * {@link #device} and {@link #detached} for a new connection, {@link #error} and {@link #toString}.
 */
public final class Completion {
    private final CompletionBatch batch;
    private int index;

    Completion(final CompletionBatch batch) {
        this.batch = batch;
    }

    /**
     * The kind of operation that completed.
     *
     * @return the operation's opcode
     */
    public Opcode opcode() {
        return batch.opcode(index);
    }

    /**
     * The Win32 error code of the completion: 0 for success; see {@link CompletionBatch#status}.
     *
     * @return the code that {@code GetLastError} would give
     */
    public int status() {
        return batch.status(index);
    }

    /**
     * Whether this read has reached the end of the data, for any kind of device; see {@link CompletionBatch#isEnd}.
     *
     * @return true for a {@link Opcode#READ} or {@link Opcode#TRANSACT} that has reached the end
     */
    public boolean isEnd() {
        return batch.isEnd(index);
    }

    /**
     * Whether this process has ended the operation: by a cancel, a deadline, or the close of its device; see
     * {@link CompletionBatch#isAborted}.
     *
     * @return whether the status is one of the three codes for these causes
     */
    public boolean isAborted() {
        return batch.isAborted(index);
    }

    /**
     * The number of bytes transferred. When {@link #status} is {@link Win32Error#MORE_DATA}, this is the length of the
     * part of the message that fits into the buffer.
     *
     * @return the byte count, or for {@link Opcode#POST} the number that was posted
     */
    public int bytes() {
        return batch.bytes(index);
    }

    /**
     * The token that was passed to the starting method. If the program has not started the operation, because a server
     * or a directory watch has, the token of its builder.
     *
     * @return the token
     */
    public long token() {
        return batch.token(index);
    }

    /**
     * The completion key: that of the device, or for {@link Opcode#POST} the key that was posted.
     *
     * @return the key
     */
    public long key() {
        return batch.key(index);
    }

    /**
     * A value that depends on the kind of device; see {@link CompletionBatch#detail}.
     *
     * @return a number that the device's documentation defines, or 0
     */
    public int detail() {
        return batch.detail(index);
    }

    /**
     * The device of the operation. For a successful {@link Opcode#ACCEPT} this is the new connection; for a failed one
     * it is the server. A call of this method makes the listener the owner of the new connection, which it must close
     * eventually. If the listener returns without a call of this method, the port closes the connection.
     *
     * @return the device, or null for {@link Opcode#POST} and for a connection that is {@linkplain #detached detached}
     */
    public Device device() {
        return batch.device(index);
    }

    /**
     * The new connection of a successful {@link Opcode#ACCEPT}, if it belongs to no port; see
     * {@link CompletionBatch#detached}.
     *
     * @return the same object each time; null for all other completions
     */
    public DetachedDevice<?> detached() {
        return batch.detached(index);
    }

    /**
     * The completion's failure as an exception that names the device.
     *
     * @return an exception with {@link #status} as its code, or null when the operation succeeded
     */
    public Win32Exception error() {
        return batch.error(index);
    }

    /**
     * The port that this completion was dequeued from.
     *
     * @return the port
     */
    public CompletionPort port() {
        return batch.port();
    }

    /**
     * The worker or poller that dequeued this completion; see {@link CompletionBatch#worker}.
     *
     * @return at least 0, and less than the number of workers, or of pollers that were open at the same time
     */
    public int worker() {
        return batch.worker();
    }

    @Override
    public String toString() {
        return batch.describe(index);
    }

    Completion moveTo(final int next) {
        index = next;
        return this;
    }
}
