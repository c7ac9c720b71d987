package io.github.iocp4j.socket;

import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.DetachedSocketNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.util.Set;

/**
 * A socket that belongs to no port yet.
 *
 * <p>The program creates it with {@link #stream}, {@link #unixStream} or {@link #datagram}, sets its options, binds it
 * where that is wanted, and then {@linkplain #associate associates} it with a port. A stream socket can be connected
 * after that ({@link StreamSocket#connect}), or become a server instead ({@link SocketServer#from}).
 *
 * <p>A server with {@linkplain SocketServer.Builder#detached detached connections} creates it, too: such a socket has
 * both addresses, and keeps the data that came with the accept for {@link StreamSocket#takeFirst}.
 *
 * <p>A socket for the Internet excludes others from its address ({@link WinsockOptions#SO_EXCLUSIVEADDRUSE}), unless an
 * option changes that.
 *
 * @param <D> {@link StreamSocket} or {@link UdpSocket}
 */
public final class DetachedSocket<D extends StreamDevice> extends DetachedDevice<D> {
    private final SocketType type;
    /** The peer of an accepted connection; null for other sockets, and when the address is lost. */
    private final SocketAddress remote;
    private final Maker<D> maker;

    private DetachedSocket(
            final OpenedDevice opened, final SocketType type, final SocketAddress remote, final Maker<D> maker) {
        super(opened);
        this.type = type;
        this.remote = remote;
        this.maker = maker;
    }

    /**
     * Creates a TCP socket ({@code WSASocketW}).
     *
     * @param family {@link StandardProtocolFamily#INET}, or {@link StandardProtocolFamily#INET6}, which serves IPv4,
     *     too, when {@link WinsockOptions#IPV6_V6ONLY} is turned off
     * @return the socket
     * @throws IllegalArgumentException when the family is another one
     * @throws Win32Exception when Windows does not support the family, or lacks a resource
     */
    public static DetachedSocket<StreamSocket> stream(final ProtocolFamily family) throws Win32Exception {
        return exclusive(stream(SocketType.connection(SocketAddresses.any(family))));
    }

    /**
     * Creates a Unix-domain socket ({@code WSASocketW}).
     *
     * @return the socket
     * @throws Win32Exception {@link Win32Error#WSAEAFNOSUPPORT} when this Windows has no Unix-domain sockets, which
     *     came with Windows 10 version 1803
     */
    public static DetachedSocket<StreamSocket> unixStream() throws Win32Exception {
        return stream(SocketType.UNIX);
    }

    /**
     * Creates a UDP socket ({@code WSASocketW}).
     *
     * @param family as for {@link #stream}
     * @return the socket
     * @throws IllegalArgumentException when the family is another one
     * @throws Win32Exception when Windows does not support the family, or lacks a resource
     */
    public static DetachedSocket<UdpSocket> datagram(final ProtocolFamily family) throws Win32Exception {
        final SocketType type = SocketType.datagram(SocketAddresses.any(family));
        return exclusive(new DetachedSocket<>(new OpenedDevice(null, open(type, true), "UDP socket"), type, null,
                opened -> new UdpSocket(opened, type)));
    }

    /** The connection with that key, which a server has accepted. */
    static DetachedSocket<StreamSocket> accepted(final long key) {
        final SocketAddress remote = SocketAddresses.remoteOfDetached(key);
        return new DetachedSocket<>(
                new OpenedDevice(null, key, socket -> StreamSocket.nameOf(((DetachedSocket<?>) socket).remote)),
                SocketType.connection(remote), remote,
                opened -> new StreamSocket(opened.port(), opened.key(), remote));
    }

    /**
     * Binds the socket ({@code bind}).
     *
     * @param address an address of this machine and of the socket's family; Windows chooses the port if it is 0
     * @throws IllegalArgumentException when the address is not resolved, or is of another family
     * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEINVAL} when the socket is bound already,
     *     {@link Win32Error#WSAEADDRINUSE} or {@link Win32Error#WSAEACCES} when another socket has that address,
     *     {@link Win32Error#WSAEADDRNOTAVAIL} when this machine does not have it
     * @throws DeviceClosedException when the socket is closed or has been associated
     */
    public void bind(final SocketAddress address) throws Win32Exception {
        checked(DetachedSocketNative.bind(key(), SocketAddresses.encodeFor(address, type)),
                "bind " + SocketAddresses.format(address));
    }

    /**
     * The local address ({@code getsockname}).
     *
     * @return an {@link InetSocketAddress} or a {@link UnixSocketAddress}; null when the socket is not bound
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed or has been associated
     */
    public SocketAddress localAddress() throws Win32Exception {
        final byte[] bytes = new byte[SocketAddresses.CAPACITY];
        final long length = DetachedSocketNative.localAddress(key(), bytes);
        return -length == Win32Error.WSAEINVAL
                ? null : SocketAddresses.decode(bytes, checked(length, "getsockname " + name()));
    }

    /**
     * The peer's address.
     *
     * @return the address of a connection that a server has accepted; null for other sockets, which are not connected,
     *     and when the address is lost because the peer has gone
     */
    public SocketAddress remoteAddress() {
        return remote;
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
     * @throws DeviceClosedException when the socket is closed or has been associated
     */
    public <T> void option(final SocketOption<T> option, final T value) throws Win32Exception {
        SocketOptions.set(this, type, option, value);
    }

    /**
     * Returns the value of an option ({@code getsockopt}).
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @return the value
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed or has been associated
     */
    public <T> T option(final SocketOption<T> option) throws Win32Exception {
        return SocketOptions.get(this, type, option);
    }

    /**
     * The options of this kind of socket.
     *
     * @return the options, unmodifiable
     */
    public Set<SocketOption<?>> supportedOptions() {
        return KnownOption.supported(type);
    }

    @Override
    @SuppressWarnings("exports")
    protected D device(final OpenedDevice registered) {
        return maker.device(registered);
    }

    /** Returns a native result that is not negative, or throws the exception. */
    long checked(final long answer, final String call) throws Win32Exception {
        if (EngineError.of(answer) == EngineError.DEVICE_CLOSED) {
            throw PortAccess.get().closed(this);
        }
        return EngineError.number(answer, call, this);
    }

    SocketType type() {
        return type;
    }

    private static DetachedSocket<StreamSocket> stream(final SocketType type) throws Win32Exception {
        final StreamSocket.Outgoing outgoing = new StreamSocket.Outgoing(type, null);
        return new DetachedSocket<>(new OpenedDevice(null, open(type, false), outgoing.name()), type, null,
                opened -> new StreamSocket(opened.port(), opened.key(), outgoing));
    }

    private static long open(final SocketType type, final boolean datagram) throws Win32Exception {
        NativeLibrary.load();
        return EngineError.key(DetachedSocketNative.open(type.family(), datagram), "WSASocketW for " + type, type);
    }

    private static <D extends StreamDevice> DetachedSocket<D> exclusive(final DetachedSocket<D> socket)
            throws Win32Exception {
        try {
            socket.option(WinsockOptions.SO_EXCLUSIVEADDRUSE, true);
            return socket;
        } catch (final Win32Exception | RuntimeException refused) {
            socket.close();
            throw refused;
        }
    }

    /** Makes the device. */
    private interface Maker<D extends StreamDevice> {
        D device(OpenedDevice opened);
    }
}
