package io.github.iocp4j.socket;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamSocketNative;
import io.github.iocp4j.internal.Timeouts;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One end of a connection over TCP or a Unix-domain socket, which a {@link SocketServer} accepts or a
 * {@link SocketClient} connects. Reads are {@code WSARecv}, writes {@code WSASend}.
 *
 * <p>When the peer has sent its last byte, a read succeeds with 0 bytes, and so does every read after it. A write
 * completes when Windows has taken all of it, which does not mean that the peer has it. Statuses are Winsock codes:
 * {@link Win32Error#WSAECONNRESET} when the peer has reset the connection, {@link Win32Error#WSAECONNABORTED} when this
 * machine has, {@link Win32Error#WSAETIMEDOUT} when the peer does not answer. A cancel, a deadline and a close have the
 * same codes as for all devices, see {@link CompletionBatch#status}.
 *
 * <p>Closing cancels operations in flight and ends the connection; with unread data, the peer sees a reset. For an
 * orderly end let {@link #disconnect} complete first, which waits until everything is sent; or call
 * {@link #shutdownOutput}, read to the end and close.
 */
public final class StreamSocket extends StreamDevice {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);
    /** The maximum that {@code TransmitFile} sends. */
    private static final long MAX_TRANSMISSION = 0x7fff_fffeL;

    private volatile SocketAddress remote;

    StreamSocket(final CompletionPort port, final long key, final SocketAddress remote) {
        super(new OpenedDevice(port, key, remote == null ? "" : SocketAddresses.format(remote)));
        this.remote = remote;
    }

    /**
     * The local address.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixSocketAddress}
     * @throws Win32Exception when Windows refuses ({@code getsockname})
     * @throws DeviceClosedException when the socket is closed
     */
    public SocketAddress localAddress() throws Win32Exception {
        return SocketAddresses.local(this);
    }

    /**
     * The peer's address, which is still available after the socket is closed.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixSocketAddress}; null only for an accepted
     *     connection whose address Windows does not know any more, because the peer has gone (neither
     *     {@code GetAcceptExSockaddrs} nor {@code getpeername} returns it), or because it was closed before its object
     *     was created
     */
    public SocketAddress remoteAddress() {
        return remote;
    }

    /**
     * Starts reading into several buffers, from each one's position to its limit, one after another ({@code WSARecv}).
     * The completion has the total number of bytes. Each call allocates two small arrays; the other methods allocate
     * nothing.
     *
     * @param buffers from 1 to 64 direct buffers, whose positions are not moved; the array itself is not looked at
     *     again
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when a buffer is not direct, there are none or too many, or they have more than
     *     2 147 483 647 bytes together
     * @throws java.nio.ReadOnlyBufferException when one is read-only
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long readScatter(final ByteBuffer[] buffers, final long token) {
        for (final ByteBuffer buffer : buffers) {
            Buffers.checkReadInto(buffer);
        }
        return PortAccess.get().accepted(this, StreamSocketNative.readInto(
                key(), buffers, Buffers.ranges(buffers), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts writing what lies between position and limit of several buffers, one after another ({@code WSASend}). Each
     * call allocates two small arrays; the other methods allocate nothing.
     *
     * @param buffers from 1 to 64 direct buffers, whose positions are not moved; the array itself is not looked at
     *     again
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when a buffer is not direct, there are none or too many, or they have more than
     *     2 147 483 647 bytes together
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long writeGather(final ByteBuffer[] buffers, final long token) {
        for (final ByteBuffer buffer : buffers) {
            Buffers.checkDirect(buffer);
        }
        return PortAccess.get().accepted(this, StreamSocketNative.writeFrom(
                key(), buffers, Buffers.ranges(buffers), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts sending a whole file, as {@link #transmitFile(Path, FileRange, ByteBuffer, ByteBuffer, long)} does.
     *
     * @param file the file
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when the file cannot be opened
     */
    public long transmitFile(final Path file, final long token) throws Win32Exception {
        return transmitFile(file, FileRange.from(0), null, null, token);
    }

    /**
     * Starts sending a part of a file, without copying it through this process ({@code TransmitFile}). The completion
     * has opcode {@link Opcode#TRANSMIT_FILE} and the number of bytes sent, including head and tail. Client editions of
     * Windows process two such operations at a time and queue others.
     *
     * @param file the file, which is opened for it and closed after it
     * @param range what of the file to send; with head and tail at most 2 147 483 646 bytes
     * @param head what to send before, from position to limit of a direct buffer, or null
     * @param tail what to send after, from position to limit of a direct buffer, or null
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when the file cannot be opened ({@code CreateFileW})
     * @throws IllegalArgumentException when the range is too long, or a buffer is not direct
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitFile(
            final Path file, final FileRange range, final ByteBuffer head, final ByteBuffer tail, final long token)
            throws Win32Exception {
        return transmit(file.toAbsolutePath().toString(), 0, file, range, orNothing(head), orNothing(tail), token);
    }

    /**
     * Starts sending a part of a file that is open already, as
     * {@link #transmitFile(Path, FileRange, ByteBuffer, ByteBuffer, long)} does.
     *
     * @param file a device that is a file and can be read; it may be closed meanwhile, and is sent all the same
     * @param range what of the file to send; with head and tail at most 2 147 483 646 bytes
     * @param head what to send before, from position to limit of a direct buffer, or null
     * @param tail what to send after, from position to limit of a direct buffer, or null
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when Windows does not let the file be used for it ({@code DuplicateHandle})
     * @throws IllegalArgumentException when the device is no file, the range is too long, or a buffer is not direct
     * @throws DeviceClosedException when the socket or the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitOpenFile(
            final Device file, final FileRange range, final ByteBuffer head, final ByteBuffer tail, final long token)
            throws Win32Exception {
        if (!file.isOpen()) {
            throw EngineError.DEVICE_CLOSED.exception(file);
        }
        return transmit(null, file.key(), file, range, orNothing(head), orNothing(tail), token);
    }

    /**
     * Ends the sending direction: after all data, the peer reads the end ({@code shutdown} with {@code SD_SEND}). This
     * end can still read. Let writes complete before.
     *
     * @throws Win32Exception {@link Win32Error#WSAENOTCONN} when the socket is not connected
     * @throws DeviceClosedException when the socket is closed
     */
    public void shutdownOutput() throws Win32Exception {
        EngineError.key(StreamSocketNative.shutdownOutput(key()), "shutdown " + name(), this);
    }

    /**
     * Starts an orderly end of the connection: sends unsent data, then the end ({@code DisconnectEx}). The completion
     * has opcode {@link Opcode#DISCONNECT}.
     *
     * @param next what the socket is good for afterwards
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long disconnect(final AfterDisconnect next, final long token) {
        return PortAccess.get().accepted(this, StreamSocketNative.disconnect(
                key(), next == AfterDisconnect.CONNECT_AGAIN, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts connecting this socket again, after {@link #disconnect} for
     * {@link AfterDisconnect#CONNECT_AGAIN} ({@code ConnectEx}). The
     * completion has opcode {@link Opcode#CONNECT}. A new connection is {@link SocketClient}'s.
     *
     * @param address the server, of the same address family as the first one
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the address is not resolved
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long connect(final SocketAddress address, final long token) {
        return connect(SocketAddresses.check(address), token, Timeouts.NO_DEADLINE);
    }

    /** As {@link #connect(SocketAddress, long)}, with a deadline or {@link Timeouts#NO_DEADLINE}. */
    long connect(final SocketAddress address, final long token, final int timeoutMillis) {
        remote = address;
        final byte[] encoded = SocketAddresses.encode(address);
        // ConnectEx only starts the connection; for a Unix-domain socket, connect() waits.
        return PortAccess.get().accepted(this, address instanceof UnixSocketAddress
                ? OffCarrier.call(() -> StreamSocketNative.connect(key(), encoded, token, timeoutMillis))
                : StreamSocketNative.connect(key(), encoded, token, timeoutMillis));
    }

    /**
     * Copies the data that has arrived with the accept, if the server waits for it
     * ({@link SocketServer.Builder#firstBytes}), into the buffer: as much as fits between position and limit. This data
     * precedes the data of reads. {@link CompletionBatch#bytes} of the accept is its length.
     *
     * @param buffer a direct buffer; its position is advanced
     * @return the number of bytes; 0 when none are left
     * @throws DeviceClosedException when the socket is closed
     */
    public int takeFirst(final ByteBuffer buffer) {
        Buffers.checkReadInto(buffer);
        final long moved = StreamSocketNative.takeFirst(key(), buffer, buffer.position(), buffer.remaining());
        if (moved < 0) {
            throw EngineError.of(moved).exception(this);
        }
        buffer.position(buffer.position() + (int) moved);
        return (int) moved;
    }

    /**
     * Whether small writes go out at once instead of being gathered ({@code TCP_NODELAY}). Off in a new socket.
     *
     * @param on true for at once
     * @throws Win32Exception when Windows refuses
     */
    public void noDelay(final boolean on) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.NO_DELAY, on);
    }

    /**
     * Whether small writes go out at once ({@code TCP_NODELAY}).
     *
     * @return what {@link #noDelay(boolean)} has set
     * @throws Win32Exception when Windows refuses
     */
    public boolean noDelay() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.NO_DELAY) != 0;
    }

    /**
     * Whether Windows sends keep-alive probes to a silent peer ({@code SO_KEEPALIVE}), first after two hours. Off in a
     * new socket.
     *
     * @param on true to send probes
     * @throws Win32Exception when Windows refuses
     */
    public void keepAlive(final boolean on) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.KEEP_ALIVE, on);
    }

    /**
     * Turns keep-alive probes on and sets their times ({@code SIO_KEEPALIVE_VALS}).
     *
     * @param idle how long the peer is silent before the first probe
     * @param interval the time between probes without an answer; after ten of them the connection is reset
     * @throws Win32Exception when Windows refuses
     */
    public void keepAlive(final Duration idle, final Duration interval) throws Win32Exception {
        SocketOptions.setKeepAliveTimes(this, idle, interval);
    }

    /**
     * Whether Windows sends keep-alive probes ({@code SO_KEEPALIVE}).
     *
     * @return what {@link #keepAlive(boolean)} has set
     * @throws Win32Exception when Windows refuses
     */
    public boolean keepAlive() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.KEEP_ALIVE) != 0;
    }

    /**
     * The size of the send buffer ({@code SO_SNDBUF}). With 0, Windows sends from the caller's buffer, and writes
     * complete when their bytes are sent.
     *
     * @param bytes from 0 on
     * @throws Win32Exception when Windows refuses
     */
    public void sendBuffer(final int bytes) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.SEND_BUFFER, SocketOptions.checkBuffer(bytes));
    }

    /**
     * The size of the send buffer ({@code SO_SNDBUF}).
     *
     * @return the number of bytes
     * @throws Win32Exception when Windows refuses
     */
    public int sendBuffer() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.SEND_BUFFER);
    }

    /**
     * The size of the receive buffer ({@code SO_RCVBUF}). Set more than 65 535 bytes before the connection is made:
     * {@link SocketServer.Builder#receiveBuffer}, {@link SocketClient.Builder#receiveBuffer}.
     *
     * @param bytes from 0 on
     * @throws Win32Exception when Windows refuses
     */
    public void receiveBuffer(final int bytes) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.RECEIVE_BUFFER, SocketOptions.checkBuffer(bytes));
    }

    /**
     * The size of the receive buffer ({@code SO_RCVBUF}).
     *
     * @return the number of bytes
     * @throws Win32Exception when Windows refuses
     */
    public int receiveBuffer() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.RECEIVE_BUFFER);
    }

    /**
     * What closing does with unsent bytes ({@code SO_LINGER}). Off in a new socket: Windows sends them in the
     * background.
     *
     * @param seconds 0 drops them and resets the connection; with 1 to 65 534 the thread that closes the socket, which
     *     may be a worker, waits up to that time until they are sent; -1 is off
     * @throws Win32Exception when Windows refuses
     */
    public void linger(final int seconds) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.LINGER, SocketOptions.checkLinger(seconds));
    }

    /**
     * What closing does with unsent bytes ({@code SO_LINGER}).
     *
     * @return seconds as in {@link #linger(int)}, -1 for off
     * @throws Win32Exception when Windows refuses
     */
    public int linger() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.LINGER) - 1;
    }

    private long transmit(
            final String path, final long key, final Object file, final FileRange range, final ByteBuffer head,
            final ByteBuffer tail, final long token) throws Win32Exception {
        Buffers.checkDirect(head);
        Buffers.checkDirect(tail);
        // To TransmitFile 0 is all until the end.
        final long length = range.length() == Long.MAX_VALUE - range.position() ? 0 : range.length();
        if (length > MAX_TRANSMISSION - head.remaining() - tail.remaining()) {
            throw new IllegalArgumentException("TransmitFile sends " + MAX_TRANSMISSION + " bytes at most, not "
                    + length + " of a file with a head of " + head.remaining() + " and a tail of "
                    + tail.remaining());
        }
        final long answer = StreamSocketNative.transmitFile(key(), path, key, range.position(),
                (int) length, head, head.position(),
                head.remaining(), tail, tail.position(), tail.remaining(), token, Timeouts.NO_DEADLINE);
        if (EngineError.of(answer) == EngineError.WRONG_DEVICE) {
            throw new IllegalArgumentException(file + " is not a file; TransmitFile sends only files");
        }
        return EngineError.key(answer, "TransmitFile " + file, this);
    }

    private static ByteBuffer orNothing(final ByteBuffer buffer) {
        return buffer == null ? NOTHING : buffer;
    }
}
