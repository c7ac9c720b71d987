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
import io.github.iocp4j.internal.SocketNative;
import io.github.iocp4j.internal.StreamSocketNative;
import io.github.iocp4j.internal.Timeouts;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * One end of a TCP or Unix-domain connection. A {@link SocketServer} accepts it, or a {@link SocketClient} connects it.
 * A read is {@code WSARecv}, a write {@code WSASend}.
 *
 * <p>At the end of the peer's data, and after {@link #shutdownInput}, each read succeeds with 0 bytes. A write
 * completes when Windows has accepted all bytes, which does not mean that the peer has received them. Statuses are
 * Winsock codes: {@link Win32Error#WSAECONNRESET} when the peer has reset the connection, {@link
 * Win32Error#WSAECONNABORTED} when this machine has reset it, {@link Win32Error#WSAETIMEDOUT} when the peer does not
 * answer. For a cancel, a deadline and a close, the statuses are those of all devices, see {@link
 * CompletionBatch#status}.
 *
 * <p>Closing cancels operations in flight and ends the connection; if received data is unread, the connection is reset.
 * For an orderly end, either wait for the completion of {@link #disconnect} before the close, because it sends all data
 * first; or call {@link #shutdownOutput}, read to the end, and close.
 */
public final class StreamSocket extends StreamDevice {
    /** The peer's address, perhaps null, or an {@link Outgoing}. One field, because servers have many connections. */
    private volatile Object peer;
    /** Whether the socket was disconnected to connect again: then getpeername may return an earlier peer. */
    private volatile boolean reusable;

    /** A connection that a server has accepted; its address is null when it is lost. */
    StreamSocket(final CompletionPort port, final long key, final SocketAddress remote) {
        this(port, key, (Object) remote);
    }

    /** A socket that is not connected yet. */
    StreamSocket(final CompletionPort port, final long key, final Outgoing outgoing) {
        this(port, key, (Object) outgoing);
    }

    private StreamSocket(final CompletionPort port, final long key, final Object peer) {
        super(new OpenedDevice(port, key, socket -> nameOf(((StreamSocket) socket).peer)));
        this.peer = peer;
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
     * The peer's address. For a connection that this process has started, Windows is asked once
     * ({@code getpeername}), and the answer is kept.
     *
     * @return an {@link java.net.InetSocketAddress} or a {@link UnixSocketAddress}; null when the socket is not
     *     connected yet, when it was closed before this method was called while it was connected, or when Windows has
     *     lost the address of an accepted connection because the peer has gone
     */
    public SocketAddress remoteAddress() {
        final Object known = peer;
        if (!(known instanceof Outgoing)) {
            return (SocketAddress) known;
        }
        final Outgoing outgoing = (Outgoing) known;
        if (outgoing.remote == null) {
            outgoing.remote = SocketAddresses.remote(key());
        }
        return outgoing.remote;
    }

    /**
     * Binds a socket that is not bound ({@code bind}): one from {@link DetachedSocket}. Otherwise {@link #connect}
     * binds it to an address that Windows chooses.
     *
     * @param address an address of this machine and of the socket's family; Windows chooses the port if it is 0
     * @throws IllegalArgumentException when the address is not resolved, or is of another family
     * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEINVAL} when the socket is bound already,
     *     {@link Win32Error#WSAEADDRINUSE} or {@link Win32Error#WSAEACCES} when another socket has that address,
     *     {@link Win32Error#WSAEADDRNOTAVAIL} when this machine does not have it
     * @throws DeviceClosedException when the socket is closed
     */
    public void bind(final SocketAddress address) throws Win32Exception {
        EngineError.key(StreamSocketNative.bind(key(), SocketAddresses.encodeFor(address, type())),
                "bind " + SocketAddresses.format(address), this);
    }

    /**
     * Starts reading into several buffers in order, each from its position to its limit ({@code WSARecv}). The
     * completion has the total number of bytes. Each call allocates a small array; {@link #readInto(BufferList, long)}
     * does not.
     *
     * @param buffers from 1 to 64 direct buffers, whose positions and limits are not changed; the caller may change the
     *     array after the call
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when a buffer is not direct, when there are no or too many buffers, or when they
     *     have more than 2 147 483 647 bytes together
     * @throws java.nio.ReadOnlyBufferException when a buffer is read-only
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long readScatter(final ByteBuffer[] buffers, final long token) {
        return startScatter(buffers, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into several buffers as {@link #readScatter(ByteBuffer[], long)} does, with a deadline; see
     * {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param buffers from 1 to 64 direct buffers
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long readScatter(final ByteBuffer[] buffers, final Duration timeout, final long token) {
        return startScatter(buffers, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing several buffers in order, each from its position to its limit ({@code WSASend}). Each call
     * allocates a small array; {@link #writeFrom(BufferList, long)} does not.
     *
     * @param buffers from 1 to 64 direct buffers, whose positions and limits are not changed; the caller may change the
     *     array after the call
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when a buffer is not direct, when there are no or too many buffers, or when they
     *     have more than 2 147 483 647 bytes together
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long writeGather(final ByteBuffer[] buffers, final long token) {
        return startGather(buffers, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing several buffers as {@link #writeGather(ByteBuffer[], long)} does, with a deadline; see
     * {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param buffers from 1 to 64 direct buffers
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long writeGather(final ByteBuffer[] buffers, final Duration timeout, final long token) {
        return startGather(buffers, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts reading into several buffers as {@link #readScatter(ByteBuffer[], long)} does, and allocates nothing.
     *
     * @param buffers from 1 to 64 buffers; the caller may change the list after the call
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when there are no buffers, or when they have more than 2 147 483 647 bytes
     *     together
     * @throws java.nio.ReadOnlyBufferException when a buffer is read-only
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long readInto(final BufferList buffers, final long token) {
        buffers.checkReadInto();
        return startScatter(buffers.buffers(), buffers.ranges(), buffers.size(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts reading into several buffers as {@link #readInto(BufferList, long)} does, with a deadline; see
     * {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param buffers from 1 to 64 buffers; the caller may change the list after the call
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long readInto(final BufferList buffers, final Duration timeout, final long token) {
        buffers.checkReadInto();
        return startScatter(
                buffers.buffers(), buffers.ranges(), buffers.size(), token, Timeouts.deadline(timeout));
    }

    /**
     * Starts writing several buffers as {@link #writeGather(ByteBuffer[], long)} does, and allocates nothing.
     *
     * @param buffers from 1 to 64 buffers; the caller may change the list after the call
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     * @throws IllegalArgumentException when there are no buffers, or when they have more than 2 147 483 647 bytes
     *     together
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long writeFrom(final BufferList buffers, final long token) {
        return startGather(buffers.buffers(), buffers.ranges(), buffers.size(), token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts writing several buffers as {@link #writeFrom(BufferList, long)} does, with a deadline; see
     * {@link #read(ByteBuffer, Duration, long)}.
     *
     * @param buffers from 1 to 64 buffers; the caller may change the list after the call
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}, or an {@link InlineCompletion}
     */
    public long writeFrom(final BufferList buffers, final Duration timeout, final long token) {
        return startGather(buffers.buffers(), buffers.ranges(), buffers.size(), token, Timeouts.deadline(timeout));
    }

    /**
     * Starts sending a whole file, as {@link #transmitFile(Path, FileRange, ByteBuffer, ByteBuffer, long)} does.
     *
     * @param file the file, of at most 2 147 483 646 bytes
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws FileSystemException when the file cannot be opened
     */
    public long transmitFile(final Path file, final long token) throws FileSystemException {
        return transmitFile(file, FileRange.from(0), null, null, token);
    }

    /**
     * Starts sending a part of a file, without copying it to this process ({@code TransmitFile}). The completion has
     * opcode {@link Opcode#TRANSMIT_FILE} and the number of bytes sent, including head and tail. Client editions of
     * Windows process two such operations at the same time and queue others.
     *
     * @param file the file, which is open only during the operation
     * @param range the part of the file; together with head and tail at most 2 147 483 646 bytes
     * @param head data to send before the file, from position to limit of a direct buffer; or null
     * @param tail data to send after the file, from position to limit of a direct buffer; or null
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws FileSystemException when the file cannot be opened ({@code CreateFileW}); see
     *     {@link Win32Exception#toFileSystemException} for its subclasses
     * @throws IllegalArgumentException when the range is too long, or a buffer is not direct
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitFile(
            final Path file, final FileRange range, final ByteBuffer head, final ByteBuffer tail, final long token)
            throws FileSystemException {
        return FileTransmission.ofPath(this, file, range, head, tail, token);
    }

    /**
     * Starts sending a part of an open file, as {@link #transmitFile(Path, FileRange, ByteBuffer, ByteBuffer, long)}
     * does.
     *
     * @param file a file that is open for reading; it may be closed during the operation, which continues
     * @param range the part of the file; together with head and tail at most 2 147 483 646 bytes
     * @param head data to send before the file, from position to limit of a direct buffer; or null
     * @param tail data to send after the file, from position to limit of a direct buffer; or null
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws Win32Exception when Windows refuses to duplicate the handle ({@code DuplicateHandle})
     * @throws IllegalArgumentException when the device is not a file, the range is too long, or a buffer is not direct
     * @throws DeviceClosedException when the socket or the file is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitOpenFile(
            final Device file, final FileRange range, final ByteBuffer head, final ByteBuffer tail, final long token)
            throws Win32Exception {
        return FileTransmission.ofDevice(this, file, range, head, tail, token);
    }

    /**
     * Starts sending a part of a file that the JDK has open, as
     * {@link #transmitFile(Path, FileRange, ByteBuffer, ByteBuffer, long)} does. The channel's position is not used.
     *
     * <p>The operation has a handle of its own ({@code ReOpenFile}), so that the position of the channel does not
     * change, and the channel may be closed during the operation. If Windows does not open the file a second time,
     * because it is deleted or not shared, the handle is a duplicate ({@code DuplicateHandle}); then the position of
     * the channel is undefined afterwards.
     *
     * @param file a channel from {@link FileChannel#open(Path, java.nio.file.OpenOption...)},
     *     {@link java.io.FileInputStream} or {@link java.io.RandomAccessFile}, open for reading
     * @param range the part of the file; together with head and tail at most 2 147 483 646 bytes
     * @param head data to send before the file, from position to limit of a direct buffer; or null
     * @param tail data to send after the file, from position to limit of a direct buffer; or null
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws UnsupportedOperationException when the channel does not belong to a file on a disk, or is of another
     *     provider, so that its handle is unknown: read such a channel into a direct buffer, and write that
     * @throws ClosedChannelException when the channel is closed
     * @throws java.nio.channels.NonReadableChannelException when the channel is not open for reading
     * @throws Win32Exception when Windows refuses
     * @throws IllegalArgumentException when the range is too long, or a buffer is not direct
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long transmitOpenFile(
            final FileChannel file, final FileRange range, final ByteBuffer head, final ByteBuffer tail,
            final long token) throws IOException {
        return FileTransmission.ofChannel(this, file, range, head, tail, token);
    }

    /**
     * Ends the sending direction ({@code shutdown} with {@code SD_SEND}): after all data, the peer reads the end. This
     * end can still read. Call this after the writes have completed.
     *
     * @throws Win32Exception {@link Win32Error#WSAENOTCONN} when the socket is not connected
     * @throws DeviceClosedException when the socket is closed
     */
    public void shutdownOutput() throws Win32Exception {
        EngineError.key(StreamSocketNative.shutdownOutput(key()), "shutdown " + name(), this);
    }

    /**
     * Ends the receiving direction ({@code shutdown} with {@code SD_RECEIVE}). Each read in flight completes as at the
     * end of the peer's data, with success and 0 bytes, unless its data has arrived; so does each later read. Data that
     * has arrived and was not read is lost. This end can still write. Windows does not notify the peer, but resets the
     * connection when the peer sends more.
     *
     * @throws Win32Exception {@link Win32Error#WSAENOTCONN} when the socket is not connected
     * @throws DeviceClosedException when the socket is closed
     */
    public void shutdownInput() throws Win32Exception {
        EngineError.key(StreamSocketNative.shutdownInput(key()), "shutdown " + name(), this);
    }

    /**
     * The number of bytes that have arrived and can be read at once ({@code ioctlsocket} with {@code FIONREAD}).
     *
     * @return 0 when there are none, also at the end of the peer's data
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed
     */
    public int bytesAvailable() throws Win32Exception {
        return (int) Math.min(
                EngineError.checked(this, SocketNative.available(key()), "ioctlsocket"), Integer.MAX_VALUE);
    }

    /**
     * Starts an orderly end of the connection: Windows sends the remaining data, then the end ({@code DisconnectEx}).
     * The completion has opcode {@link Opcode#DISCONNECT}.
     *
     * @param next whether the socket can be connected again
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long disconnect(final AfterDisconnect next, final long token) {
        Objects.requireNonNull(next, "next");
        final boolean again = next == AfterDisconnect.CONNECT_AGAIN;
        if (again) {
            reusable = true;
        }
        return PortAccess.get().accepted(
                this, StreamSocketNative.disconnect(key(), again, token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts connecting this socket ({@code ConnectEx}; {@code connect} for a Unix-domain socket), if it is not
     * connected: a socket from {@link DetachedSocket}, or one that was disconnected for
     * {@link AfterDisconnect#CONNECT_AGAIN}. A socket that is not bound is bound to an address that Windows chooses.
     * The completion has opcode {@link Opcode#CONNECT}; for a socket that is connected already, its status is
     * {@link Win32Error#WSAEISCONN}. {@link SocketClient} opens a socket and connects it in one step.
     *
     * @param address the server, of the socket's address family
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the address is not resolved, or is of another family
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long connect(final SocketAddress address, final long token) {
        return connect(address, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts connecting this socket as {@link #connect(SocketAddress, long)} does, with a deadline, after which the
     * operation is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param address the server, of the socket's address family
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long connect(final SocketAddress address, final Duration timeout, final long token) {
        return connect(address, token, Timeouts.deadline(timeout));
    }

    /** Starts a connect, and keeps the peer that the socket has. */
    long start(final SocketAddress address, final long token, final int timeoutMillis) {
        final byte[] encoded = SocketAddresses.encodeFor(address, type());
        // ConnectEx only starts the connection; for a Unix-domain socket, connect() waits.
        return PortAccess.get().accepted(this, address instanceof UnixSocketAddress
                ? OffCarrier.call(() -> StreamSocketNative.connect(key(), encoded, token, timeoutMillis))
                : StreamSocketNative.connect(key(), encoded, token, timeoutMillis));
    }

    private long connect(final SocketAddress address, final long token, final int timeoutMillis) {
        if (!reusable && SocketAddresses.remote(key()) != null) {
            // The completion is WSAEISCONN, and the socket keeps its peer.
            return start(address, token, timeoutMillis);
        }
        final Object before = peer;
        // A new one, because another thread may just be storing the address of an earlier peer.
        peer = new Outgoing(type(), address);
        boolean started = false;
        try {
            final long operation = start(address, token, timeoutMillis);
            started = true;
            return operation;
        } finally {
            if (!started) {
                peer = before;
            }
        }
    }

    /**
     * Copies the data that has arrived with the accept to the buffer: as much as fits between its position and limit.
     * There is such data only if the server waits for it ({@link SocketServer.Builder#firstBytes});
     * {@link CompletionBatch#bytes} of the accept is its length. It precedes the data of reads.
     *
     * @param buffer a direct buffer; its position is advanced
     * @return the number of bytes; 0 when no data is left
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
     * Sets an option ({@code setsockopt}). The {@linkplain io.github.iocp4j.socket page of the package} lists the
     * options.
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @param value its value
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws IllegalArgumentException when the value is of a wrong type or out of range
     * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAENOPROTOOPT} when this Windows lacks the
     *     option, {@link Win32Error#WSAEINVAL} when the option cannot be changed any more, because the socket is bound
     * @throws DeviceClosedException when the socket is closed
     */
    public <T> void option(final SocketOption<T> option, final T value) throws Win32Exception {
        SocketOptions.set(this, type(), option, value);
    }

    /**
     * Returns the value of an option ({@code getsockopt}).
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @return the value
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed
     */
    public <T> T option(final SocketOption<T> option) throws Win32Exception {
        return SocketOptions.get(this, type(), option);
    }

    /**
     * The options of this kind of socket.
     *
     * @return the options, unmodifiable
     */
    public Set<SocketOption<?>> supportedOptions() {
        return KnownOption.supported(type());
    }

    private long startScatter(final ByteBuffer[] buffers, final long token, final int milliseconds) {
        for (final ByteBuffer buffer : buffers) {
            Buffers.checkReadInto(buffer);
        }
        return startScatter(buffers, rangesOf(buffers), buffers.length, token, milliseconds);
    }

    private long startScatter(
            final ByteBuffer[] buffers, final int[] ranges, final int count, final long token,
            final int milliseconds) {
        return PortAccess.get().accepted(
                this, StreamSocketNative.readInto(key(), buffers, ranges, count, token, milliseconds));
    }

    private long startGather(final ByteBuffer[] buffers, final long token, final int milliseconds) {
        for (final ByteBuffer buffer : buffers) {
            Buffers.checkDirect(buffer);
        }
        return startGather(buffers, rangesOf(buffers), buffers.length, token, milliseconds);
    }

    private long startGather(
            final ByteBuffer[] buffers, final int[] ranges, final int count, final long token,
            final int milliseconds) {
        return PortAccess.get().accepted(
                this, StreamSocketNative.writeFrom(key(), buffers, ranges, count, token, milliseconds));
    }

    private static int[] rangesOf(final ByteBuffer[] buffers) {
        final int[] ranges = new int[2 * Buffers.checkCount(buffers.length)];
        Buffers.copyRanges(buffers, buffers.length, ranges);
        return ranges;
    }

    /** The name of a socket with that peer. */
    static String nameOf(final Object peer) {
        if (peer instanceof Outgoing) {
            return ((Outgoing) peer).name();
        }
        return peer == null ? "" : SocketAddresses.format((SocketAddress) peer);
    }

    private SocketType type() {
        final Object known = peer;
        return known instanceof Outgoing ? ((Outgoing) known).type : SocketType.connection((SocketAddress) known);
    }

    /** A connection of a socket that this process connects. */
    static final class Outgoing {
        private final SocketType type;
        /** Null when no connect was started. */
        private final SocketAddress wanted;
        /** Null until it is asked for while the socket is connected. */
        private volatile SocketAddress remote;

        Outgoing(final SocketType type, final SocketAddress wanted) {
            this.type = type;
            this.wanted = wanted;
        }

        String name() {
            if (wanted != null) {
                return SocketAddresses.format(wanted);
            }
            return type == SocketType.UNIX ? "Unix-domain socket" : "TCP socket";
        }
    }
}
