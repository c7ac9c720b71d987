package io.github.iocp4j;

import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One end of a connection over TCP or a Unix-domain socket: what a {@link SocketServer} accepts and what a
 * {@link SocketClient} connects. Reads are {@code WSARecv}, writes {@code WSASend}.
 *
 * <p>When the peer has sent its last byte, a read succeeds with 0 bytes, and so does every read after it. A write
 * completes when Windows has taken all of it, which does not mean that the peer has it. Statuses are those of Winsock,
 * whichever way they come: {@link Win32Error#WSAECONNRESET} when the peer has broken the connection,
 * {@link Win32Error#WSAECONNABORTED} when this machine has, {@link Win32Error#WSAETIMEDOUT} when the peer does not
 * answer. Reasons that lie on this side have the codes that all devices have, see {@link CompletionBatch#status}.
 *
 * <p>Closing cancels what is in flight and ends the connection; a peer that we have not read everything from sees it
 * reset. To part in order let {@link #disconnect} complete first, which waits until everything is sent; or call
 * {@link #shutdownOutput}, read to the end and close.
 */
public final class StreamSocket extends StreamDevice {
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);
    /** The most that {@code TransmitFile} sends. */
    private static final long MAX_TRANSMISSION = 0x7fff_fffeL;

    private volatile SocketAddress remote;

    StreamSocket(final CompletionPort port, final long key, final SocketAddress remote) {
        super(port, key, remote == null ? "" : SocketAddresses.format(remote));
        this.remote = remote;
    }

    /** The connection with that key, which a server has accepted. */
    static StreamSocket accepted(final CompletionPort port, final long key) {
        return new StreamSocket(port, key, SocketAddresses.remote(key));
    }

    /**
     * Where this end of the connection is.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixSocketAddress}
     * @throws Win32Exception when Windows does not tell ({@code getsockname})
     * @throws DeviceClosedException when the socket is closed
     */
    public SocketAddress localAddress() throws Win32Exception {
        return SocketAddresses.local(this);
    }

    /**
     * Where the peer is, or was: it can still be asked when the socket is closed.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixSocketAddress}; null only of an accepted connection
     *     of which Windows has no address any more, because the peer has gone ({@code GetAcceptExSockaddrs} and
     *     {@code getpeername} both say nothing), or which was closed before its object was made
     */
    public SocketAddress remoteAddress() {
        return remote;
    }

    /**
     * Starts reading into several buffers, from each one's position to its limit, one after another ({@code WSARecv}).
     * The completion tells how many bytes came in all. Makes two small arrays each time; the other methods make no
     * objects.
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
    public long read(final ByteBuffer[] buffers, final long token) {
        for (final ByteBuffer buffer : buffers) {
            Buffers.checkReadInto(buffer, buffer.position(), buffer.remaining());
        }
        return accepted(StreamSocketNative.readInto(
                key(), buffers, Buffers.ranges(buffers), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts writing what lies between position and limit of several buffers, one after another ({@code WSASend}).
     * Makes two small arrays each time; the other methods make no objects.
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
    public long write(final ByteBuffer[] buffers, final long token) {
        for (final ByteBuffer buffer : buffers) {
            Buffers.checkWriteFrom(buffer, buffer.position(), buffer.remaining());
        }
        return accepted(StreamSocketNative.writeFrom(
                key(), buffers, Buffers.ranges(buffers), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts sending a whole file; see {@link #transmitFile(Path, long, int, ByteBuffer, ByteBuffer, long)}.
     *
     * @param file the file
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when the file cannot be opened
     */
    public long transmitFile(final Path file, final long token) throws Win32Exception {
        return transmitFile(file, 0, 0, null, null, token);
    }

    /**
     * Starts sending a part of a file, without copying it through this process ({@code TransmitFile}). The completion
     * tells how many bytes went, head and tail included, with opcode {@link Opcode#TRANSMIT_FILE}. Windows editions
     * that are no servers work at two such operations at a time; more wait in a queue.
     *
     * @param file the file, which is opened for it and closed after it
     * @param offset where in the file to begin
     * @param length how many bytes, or 0 for all until the end; with head and tail at most 2 147 483 646
     * @param head what to send before, from position to limit of a direct buffer, or null
     * @param tail what to send after, from position to limit of a direct buffer, or null
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when the file cannot be opened ({@code CreateFileW})
     * @throws IllegalArgumentException when a number is negative or too large, or a buffer is not direct
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitFile(
            final Path file, final long offset, final int length, final ByteBuffer head, final ByteBuffer tail,
            final long token) throws Win32Exception {
        return transmit(file.toAbsolutePath().toString(), 0, file, offset, length, orNothing(head), orNothing(tail),
                token);
    }

    /**
     * Starts sending a part of a file that is open already; see
     * {@link #transmitFile(Path, long, int, ByteBuffer, ByteBuffer, long)}.
     *
     * @param file a device that is a file and can be read; it may be closed meanwhile, and is sent all the same
     * @param offset where in the file to begin
     * @param length how many bytes, or 0 for all until the end; with head and tail at most 2 147 483 646
     * @param head what to send before, from position to limit of a direct buffer, or null
     * @param tail what to send after, from position to limit of a direct buffer, or null
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when Windows does not let the file be used for it ({@code DuplicateHandle})
     * @throws IllegalArgumentException when the device is no file, a number is negative or too large, or a buffer is
     *     not direct
     * @throws DeviceClosedException when the socket or the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitFile(
            final Device file, final long offset, final int length, final ByteBuffer head, final ByteBuffer tail,
            final long token) throws Win32Exception {
        if (!file.isOpen()) {
            throw Refusal.DEVICE_CLOSED.exception(file);
        }
        return transmit(null, file.key(), file, offset, length, orNothing(head), orNothing(tail), token);
    }

    /**
     * Tells the peer that nothing more will be sent: once it has read everything it reads the end ({@code shutdown}
     * with {@code SD_SEND}). Reading goes on. Let writes complete before.
     *
     * @throws Win32Exception {@link Win32Error#WSAENOTCONN} when the socket is not connected
     * @throws DeviceClosedException when the socket is closed
     */
    public void shutdownOutput() throws Win32Exception {
        Refusal.key(StreamSocketNative.shutdownOutput(key()), "shutdown " + name(), this);
    }

    /**
     * Starts parting from the peer in order: sends what is not sent yet, then the end ({@code DisconnectEx}). The
     * completion has opcode {@link Opcode#DISCONNECT}.
     *
     * @param reuse whether the socket is to be connected again, with {@link #connect}; Windows may keep it waiting
     *     until the old connection is forgotten, which takes minutes
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long disconnect(final boolean reuse, final long token) {
        return accepted(StreamSocketNative.disconnect(key(), reuse, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts connecting this socket again, after {@link #disconnect} with {@code reuse} ({@code ConnectEx}). The
     * completion has opcode {@link Opcode#CONNECT}. A new connection is {@link SocketClient}'s.
     *
     * @param address the server, of the family of the first one
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the address is not resolved
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long connect(final SocketAddress address, final long token) {
        return connect(SocketAddresses.check(address), token, Timeouts.NO_DEADLINE);
    }

    /** The same with a deadline, or with {@link Timeouts#NO_DEADLINE}. */
    long connect(final SocketAddress address, final long token, final int timeoutMillis) {
        remote = address;
        final byte[] encoded = SocketAddresses.encode(address);
        // Which ConnectEx only starts; a Unix-domain socket has connect(), which waits.
        return accepted(address instanceof UnixSocketAddress
                ? OffCarrier.call(() -> StreamSocketNative.connect(key(), encoded, token, timeoutMillis))
                : StreamSocketNative.connect(key(), encoded, token, timeoutMillis));
    }

    /**
     * Moves what has come with the connection into the buffer, where the server waits for that
     * ({@link SocketServer.Builder#firstBytes}): as much as there is and fits between position and limit. It comes
     * before what reads bring. {@link CompletionBatch#bytes} of the accept tells how much there is in all.
     *
     * @param buffer a direct buffer, whose position is moved behind the last byte
     * @return how many bytes were moved; 0 when none are left, or none came
     * @throws DeviceClosedException when the socket is closed
     */
    public int takeFirst(final ByteBuffer buffer) {
        Buffers.checkReadInto(buffer, buffer.position(), buffer.remaining());
        final long moved = StreamSocketNative.takeFirst(key(), buffer, buffer.position(), buffer.remaining());
        if (moved < 0) {
            throw Refusal.of(moved).exception(this);
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
     * @throws Win32Exception when Windows does not tell
     */
    public boolean noDelay() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.NO_DELAY) != 0;
    }

    /**
     * Whether Windows asks a peer that is silent whether it is still there ({@code SO_KEEPALIVE}), at first after two
     * hours. Off in a new socket.
     *
     * @param on true to ask
     * @throws Win32Exception when Windows refuses
     */
    public void keepAlive(final boolean on) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.KEEP_ALIVE, on);
    }

    /**
     * Has Windows ask a silent peer whether it is still there, and tells when ({@code SIO_KEEPALIVE_VALS}).
     *
     * @param idle how long the peer is silent before it is asked
     * @param interval how long after a question without an answer comes the next; after ten of them the connection is
     *     broken
     * @throws Win32Exception when Windows refuses
     */
    public void keepAlive(final Duration idle, final Duration interval) throws Win32Exception {
        SocketOptions.setKeepAliveTimes(this, idle, interval);
    }

    /**
     * Whether Windows asks a silent peer whether it is still there ({@code SO_KEEPALIVE}).
     *
     * @return what {@link #keepAlive(boolean)} has set
     * @throws Win32Exception when Windows does not tell
     */
    public boolean keepAlive() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.KEEP_ALIVE) != 0;
    }

    /**
     * How much Windows takes from writes before it has sent it ({@code SO_SNDBUF}). With 0 writes complete when their
     * bytes are sent, from the caller's buffer.
     *
     * @param bytes from 0 on
     * @throws Win32Exception when Windows refuses
     */
    public void sendBuffer(final int bytes) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.SEND_BUFFER, SocketOptions.checkBuffer(bytes));
    }

    /**
     * How much Windows takes from writes before it has sent it ({@code SO_SNDBUF}).
     *
     * @return the number of bytes
     * @throws Win32Exception when Windows does not tell
     */
    public int sendBuffer() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.SEND_BUFFER);
    }

    /**
     * How much Windows keeps of what comes before it is read ({@code SO_RCVBUF}). More than 65 535 bytes should be set
     * before the connection is made: {@link SocketServer.Builder#receiveBuffer},
     * {@link SocketClient.Builder#receiveBuffer}.
     *
     * @param bytes from 0 on
     * @throws Win32Exception when Windows refuses
     */
    public void receiveBuffer(final int bytes) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.RECEIVE_BUFFER, SocketOptions.checkBuffer(bytes));
    }

    /**
     * How much Windows keeps of what comes before it is read ({@code SO_RCVBUF}).
     *
     * @return the number of bytes
     * @throws Win32Exception when Windows does not tell
     */
    public int receiveBuffer() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.RECEIVE_BUFFER);
    }

    /**
     * What closing does with bytes that are not sent yet ({@code SO_LINGER}). Off in a new socket: Windows goes on to
     * send them behind it.
     *
     * @param seconds 0 to drop them and reset the connection; from 1 to 65 534 to have the thread that closes the
     *     socket, which may be a worker, wait so long for them to be sent; -1 for off
     * @throws Win32Exception when Windows refuses
     */
    public void linger(final int seconds) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.LINGER, SocketOptions.checkLinger(seconds));
    }

    /**
     * What closing does with bytes that are not sent yet ({@code SO_LINGER}).
     *
     * @return seconds as in {@link #linger(int)}, -1 for off
     * @throws Win32Exception when Windows does not tell
     */
    public int linger() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.LINGER) - 1;
    }

    private long transmit(
            final String path, final long key, final Object file, final long offset, final int length,
            final ByteBuffer head, final ByteBuffer tail, final long token) throws Win32Exception {
        Buffers.checkWriteFrom(head, head.position(), head.remaining());
        Buffers.checkWriteFrom(tail, tail.position(), tail.remaining());
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("offset " + offset + " and length " + length + " cannot be negative");
        }
        if ((long) length + head.remaining() + tail.remaining() > MAX_TRANSMISSION) {
            throw new IllegalArgumentException("TransmitFile sends " + MAX_TRANSMISSION + " bytes at most, not "
                    + length + " of a file with a head of " + head.remaining() + " and a tail of "
                    + tail.remaining());
        }
        final long answer = StreamSocketNative.transmitFile(key(), path, key, offset, length, head, head.position(),
                head.remaining(), tail, tail.position(), tail.remaining(), token, Timeouts.NO_DEADLINE);
        if (Refusal.of(answer) == Refusal.WRONG_DEVICE) {
            throw new IllegalArgumentException(file + " is not a file, which is all that TransmitFile can send");
        }
        return Refusal.key(answer, "TransmitFile " + file, this);
    }

    private static ByteBuffer orNothing(final ByteBuffer buffer) {
        return buffer == null ? NOTHING : buffer;
    }
}
