package io.github.iocp4j;

import io.github.iocp4j.device.AdoptedDevice;
import io.github.iocp4j.device.SerialPort;
import io.github.iocp4j.internal.ConnectionFactory;
import io.github.iocp4j.internal.DetachedFactory;
import io.github.iocp4j.internal.DetachedNative;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.PipeNames;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.RecordLayout;
import io.github.iocp4j.pipe.ChildProcess;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.socket.UdpSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The completions that one worker or poller has dequeued in one call, read in place from native memory.
 *
 * <p>All accessors take the index of a completion, from 0 to {@link #size()} - 1. They allocate nothing, except
 * {@link #device} and {@link #detached} for a new connection and {@link #error}. A batch is valid only until
 * {@link BatchListener#onCompletions} returns, and only on the thread that called it. The worker uses the same object
 * again: afterwards the batch is empty, and its accessors throw {@link IndexOutOfBoundsException}, or it has the
 * completions of another call.
 */
public final class CompletionBatch {
    /** The detail of a read of 0 bytes: kNoRoom in engine/operation/CompletionRecord.h. */
    static final int NO_ROOM = 1;

    /**
     * Makes the objects of accepted connections. The packages of the servers register the factories before they open a
     * server.
     */
    static final Map<DeviceKind, ConnectionFactory> CONNECTIONS = new ConcurrentHashMap<>();
    /** The same for connections that belong to no port. */
    static final Map<DeviceKind, DetachedFactory> DETACHED_CONNECTIONS = new ConcurrentHashMap<>();

    private final CompletionPort port;
    private final int worker;
    private final ByteBuffer records;
    private final Completion cursor = new Completion(this);
    /** The detached connections that were asked for, by index; null until there is one. */
    private DetachedDevice<?>[] detached;
    private int size;
    /**
     * The index of the last call of an accessor: the completion that a batch listener was probably handling when it
     * threw.
     */
    private int lookedAt;

    CompletionBatch(final CompletionPort port, final int worker, final ByteBuffer records) {
        this.port = port;
        this.worker = worker;
        this.records = records.order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The number of completions.
     *
     * @return at least 1 inside {@link BatchListener#onCompletions}, 0 afterwards
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
     * The index of the worker that dequeued this batch, or on a polled port of the poller. It can be the index of data
     * that a listener keeps for each worker or poller.
     *
     * @return at least 0, and less than the number of workers, or of pollers that were open at the same time
     */
    public int worker() {
        return worker;
    }

    /**
     * One completion of this batch, for code that handles one completion at a time.
     *
     * @param index the completion
     * @return the same object for every index; it refers to the completion of the last call
     */
    public Completion completion(final int index) {
        at(index);
        return cursor.moveTo(index);
    }

    /**
     * The kind of operation that completed.
     *
     * @param index the completion
     * @return the operation's opcode
     */
    public Opcode opcode(final int index) {
        return Opcode.of(records.getShort(at(index) + RecordLayout.OPCODE_OFFSET));
    }

    /**
     * The Win32 error code of the completion: 0 for success. {@link Win32Error} names the codes. If an operation was
     * aborted, the status is the cause: {@link Win32Error#OPERATION_ABORTED} for a cancel, {@link Win32Error#TIMEOUT}
     * for a deadline, {@link Win32Error#HANDLES_CLOSED} for a close of the device by this process. When the peer of a
     * pipe has gone, the status is {@link Win32Error#BROKEN_PIPE}.
     *
     * @param index the completion
     * @return the code that {@code GetLastError} would return
     */
    public int status(final int index) {
        return records.getInt(at(index) + RecordLayout.STATUS_OFFSET);
    }

    /**
     * Whether this read has reached the end of the data: later reads get no data, either. Each kind of device reports
     * the end in its own way, which {@link #status} and {@link #bytes} do not hide:
     *
     * <ul>
     * <li>a pipe: {@link Win32Error#BROKEN_PIPE} when the peer has gone, {@link Win32Error#PIPE_NOT_CONNECTED} when the
     * server has disconnected. A read with 0 bytes is not the end, but an empty message or a write of 0 bytes.
     * <li>a stream socket: success with 0 bytes, unless it was a read of 0 bytes
     * <li>a file: {@link Win32Error#HANDLE_EOF}
     * <li>an {@link AdoptedDevice}: any of the three codes. If the handle is a socket, success with 0 bytes is not
     * recognized as the end, because only the program knows that it is a socket.
     * </ul>
     *
     * <p>Datagram sockets, mailslots, serial ports and directories have no end: there, a read with 0 bytes is an empty
     * message or a timeout. A connection that was reset, and a write to a peer that has gone, are failures and not the
     * end.
     *
     * @param index the completion
     * @return true for a {@link Opcode#READ} or {@link Opcode#TRANSACT} that has reached the end
     */
    public boolean isEnd(final int index) {
        final Opcode opcode = opcode(index);
        if (opcode != Opcode.READ && opcode != Opcode.TRANSACT) {
            return false;
        }
        switch (status(index)) {
            case Win32Error.BROKEN_PIPE:
            case Win32Error.HANDLE_EOF:
            case Win32Error.PIPE_NOT_CONNECTED:
                return true;
            case Win32Error.SUCCESS:
                return bytes(index) == 0 && detail(index) != NO_ROOM && kind(index) == DeviceKind.STREAM_SOCKET;
            default:
                return false;
        }
    }

    /**
     * Whether this process has aborted the operation: by a cancel ({@link Win32Error#OPERATION_ABORTED}), a deadline
     * ({@link Win32Error#TIMEOUT}), or the close of its device ({@link Win32Error#HANDLES_CLOSED}).
     *
     * @param index the completion
     * @return whether the status is one of these three
     */
    public boolean isAborted(final int index) {
        switch (status(index)) {
            case Win32Error.OPERATION_ABORTED:
            case Win32Error.TIMEOUT:
            case Win32Error.HANDLES_CLOSED:
                return true;
            default:
                return false;
        }
    }

    /**
     * The number of bytes transferred. When {@link #status} is {@link Win32Error#MORE_DATA}, this is the length of the
     * part of the message that fits into the buffer.
     *
     * @param index the completion
     * @return the byte count, or for {@link Opcode#POST} the number that was posted
     */
    public int bytes(final int index) {
        return records.getInt(at(index) + RecordLayout.BYTES_OFFSET);
    }

    /**
     * The token that was passed to the starting method. If the program has not started the operation, because a server
     * or a directory watch has, the token of its builder.
     *
     * @param index the completion
     * @return the token
     */
    public long token(final int index) {
        return records.getLong(at(index) + RecordLayout.TOKEN_OFFSET);
    }

    /**
     * The completion key: that of the device, or for {@link Opcode#POST} the key that was posted.
     *
     * @param index the completion
     * @return the key
     */
    public long key(final int index) {
        return records.getLong(at(index) + RecordLayout.KEY_OFFSET);
    }

    /**
     * A value that depends on the kind of device: for {@link Opcode#ACCEPT} of a pipe the client's process id, as
     * {@link NamedPipe#peerProcessId}; for {@link Opcode#CONNECT} of a pipe the server's, or after
     * {@link Win32Error#TIMEOUT} the error of the last attempt; for {@link Opcode#COMM_EVENT} the events, as in
     * {@link SerialPort#awaitEvents}; for {@link Opcode#WAIT} of a {@link ChildProcess} the exit code, see
     * {@link ChildProcess#exitCode}; 1 for a read of 0 bytes, except of a file or a {@link UdpSocket}.
     *
     * @param index the completion
     * @return a number that the device's documentation defines, or 0
     */
    public int detail(final int index) {
        return records.getInt(at(index) + RecordLayout.DETAIL_OFFSET);
    }

    /**
     * The device of the operation. For a successful {@link Opcode#ACCEPT} this is the new connection; for a failed one
     * it is the server. A call of this method makes the listener the owner of the new connection, which it must close
     * eventually. If the listener returns without a call of this method, the port closes the connection.
     *
     * @param index the completion
     * @return the device, or null for {@link Opcode#POST} and for a connection that is {@linkplain #detached detached}
     */
    public Device device(final int index) {
        final Opcode opcode = opcode(index);
        if (opcode == Opcode.POST || isDetached(index)) {
            return null;
        }
        final long key = key(index);
        final Device known = port.device(key);
        return known != null || !isConnection(index) ? known : port.register(connection(index, key));
    }

    /**
     * The new connection of a successful {@link Opcode#ACCEPT}, if the server makes connections that belong to no port.
     * A call of this method makes the listener the owner, which must associate or close it. If the listener returns
     * without a call of this method, the port closes the connection.
     *
     * @param index the completion
     * @return the same object each time; null for all other completions
     */
    public DetachedDevice<?> detached(final int index) {
        if (!isDetached(index)) {
            return null;
        }
        if (detached == null) {
            detached = new DetachedDevice<?>[records.capacity() / RecordLayout.RECORD_LENGTH];
        }
        if (detached[index] == null) {
            final DeviceKind kind = kind(index);
            final DetachedFactory factory = DETACHED_CONNECTIONS.get(kind);
            if (factory == null) {
                throw new IllegalStateException("unexpected device kind " + kind + " in a detached ACCEPT");
            }
            detached[index] = factory.detached(key(index), detail(index));
        }
        return detached[index];
    }

    /**
     * The completion's failure as an exception that names the device.
     *
     * @param index the completion
     * @return an exception with {@link #status} as its code, or null when the operation succeeded
     */
    public Win32Exception error(final int index) {
        final int status = status(index);
        if (status == Win32Error.SUCCESS) {
            return null;
        }
        // Only connects to pipes have statuses with a hint: those of sockets are Winsock codes.
        final String hint = opcode(index) == Opcode.CONNECT ? PipeNames.connectHint(status) : "";
        return new Win32Exception(what(index) + hint, status);
    }

    /** Whether the completion is a new connection for which the listener has not called {@link #device}. */
    boolean isUnasked(final int index) {
        return isConnection(index) && (isDetached(index) ? asked(index) : port.device(key(index))) == null;
    }

    /**
     * Closes each new connection on which the listener has started no operation and to which it has attached no object.
     */
    void closeUntaken() {
        for (int i = 0; i < size; i++) {
            if (isDetached(i)) {
                // A detached connection that was asked for may be another thread's by now.
                if (asked(i) == null) {
                    closeConnection(i);
                }
            } else if (isConnection(i)) {
                final Device known = port.device(key(i));
                if (known == null || !known.isTaken()) {
                    closeConnection(i);
                }
            }
        }
    }

    /** The name of a new connection, which is its server's; empty when it is closed. */
    String connectionName(final int index) {
        return isDetached(index) ? DetachedNative.name(key(index)) : DeviceNative.name(key(index));
    }

    /** Closes the new connection, if the completion is one. */
    void closeConnection(final int index) {
        if (!isConnection(index)) {
            return;
        }
        final Device known = isDetached(index) ? null : port.device(key(index));
        if (known != null) {
            known.close(Duration.ZERO);
        } else if (isDetached(index)) {
            closeDetached(index);
        } else {
            DeviceNative.close(key(index));
        }
        port.countUntaken();
    }

    /** The completion that an accessor was called for last, or the first one. */
    Completion completionLookedAtLast() {
        return completion(lookedAt);
    }

    /** Describes a completion and its outcome in a message; never throws. */
    String describe(final int index) {
        if (index >= size) {
            return "completion that is over";
        }
        final int status = status(index);
        return what(index) + ", token " + token(index) + ": "
                + (status == Win32Error.SUCCESS ? bytes(index) + " bytes" : Win32Error.name(status));
    }

    private String what(final int index) {
        final Device known = opcode(index) == Opcode.POST ? null : port.device(key(index));
        final String name = known != null ? Printable.of(known.name()) : "";
        return opcode(index).name() + (name.isEmpty() ? "" : " on " + name);
    }

    private DeviceKind kind(final int index) {
        return DeviceKind.of(kindCode(index) & ~RecordLayout.DETACHED_FLAG);
    }

    private int kindCode(final int index) {
        return records.getShort(at(index) + RecordLayout.KIND_OFFSET);
    }

    private boolean isDetached(final int index) {
        return (kindCode(index) & RecordLayout.DETACHED_FLAG) != 0;
    }

    /** The detached connection, if the listener has asked for it; null if not. */
    private DetachedDevice<?> asked(final int index) {
        return detached == null ? null : detached[index];
    }

    private void closeDetached(final int index) {
        final DetachedDevice<?> known = asked(index);
        if (known != null) {
            known.close();
        } else {
            DetachedNative.close(key(index));
        }
    }

    private boolean isConnection(final int index) {
        return opcode(index) == Opcode.ACCEPT && status(index) == Win32Error.SUCCESS;
    }

    private Device connection(final int index, final long key) {
        final DeviceKind kind = kind(index);
        final ConnectionFactory factory = CONNECTIONS.get(kind);
        if (factory == null) {
            throw new IllegalStateException("unexpected device kind " + kind + " in ACCEPT");
        }
        return factory.connection(port, key, detail(index));
    }

    void fill(final int count) {
        size = count;
        lookedAt = 0;
    }

    void clear() {
        if (detached != null) {
            Arrays.fill(detached, 0, size, null);
        }
        size = 0;
    }

    private int at(final int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("There is no completion " + index + " in a batch of " + size
                    + (size == 0 ? ": its listener has returned, and what it did not copy is gone" : ""));
        }
        lookedAt = index;
        return index * RecordLayout.RECORD_LENGTH;
    }
}
