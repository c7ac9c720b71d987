package io.github.iocp4j.netty;

import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UnixSocketAddress;
import io.github.iocp4j.socket.WinsockOptions;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.Set;

/**
 * The socket of a channel, which belongs to no port before the channel is registered. Any thread may use its options.
 *
 * @param <D> the device that the socket becomes
 */
final class SocketHandle<D extends StreamDevice> {
    private static final Map<ChannelOption<?>, SocketOption<?>> OWN = Map.of(
            IocpChannelOption.TCP_KEEPIDLE, WinsockOptions.TCP_KEEPIDLE,
            IocpChannelOption.TCP_KEEPINTVL, WinsockOptions.TCP_KEEPINTERVAL,
            IocpChannelOption.TCP_KEEPCNT, WinsockOptions.TCP_KEEPCOUNT);

    private final Set<SocketOption<?>> supportedOptions;
    /** Null when the socket belongs to a port. */
    private volatile DetachedSocket<D> detached;
    private Getter getter;
    private Setter setter;

    SocketHandle(final DetachedSocket<D> detached) {
        this.detached = detached;
        supportedOptions = detached.supportedOptions();
        getter = detached::option;
        setter = detached::option;
    }

    /** A socket for IPv6 and IPv4; for IPv4 only when the JVM was started so, or when Windows has no IPv6. */
    static <D extends StreamDevice> SocketHandle<D> open(final Opener<D> opener) {
        try {
            if (!Boolean.getBoolean("java.net.preferIPv4Stack")) {
                try {
                    return new SocketHandle<>(dualStack(opener));
                } catch (final Win32Exception noIpv6) {
                    return new SocketHandle<>(opener.open(StandardProtocolFamily.INET));
                }
            }
            return new SocketHandle<>(opener.open(StandardProtocolFamily.INET));
        } catch (final Win32Exception refused) {
            throw new ChannelException("Windows refuses a socket", refused);
        }
    }

    /** A socket of that family, for IPv4 too if it is IPv6; as {@link #open(Opener)} if it is null. */
    static <D extends StreamDevice> SocketHandle<D> open(final Opener<D> opener, final SocketProtocolFamily family) {
        if (family == null) {
            return open(opener);
        }
        if (family == SocketProtocolFamily.UNIX) {
            throw new IllegalArgumentException("The family of this channel must be INET or INET6, not UNIX:"
                    + " IocpDomainSocketChannel and IocpServerDomainSocketChannel are for Unix-domain sockets");
        }
        try {
            return new SocketHandle<>(family == SocketProtocolFamily.INET6
                    ? dualStack(opener) : opener.open(StandardProtocolFamily.INET));
        } catch (final Win32Exception refused) {
            throw new ChannelException("Windows refuses a socket", refused);
        }
    }

    /** A socket for connections on this machine. */
    static SocketHandle<StreamSocket> openUnix() {
        try {
            return new SocketHandle<>(DetachedSocket.unixStream());
        } catch (final Win32Exception refused) {
            throw new ChannelException(
                    "Windows refuses a Unix-domain socket, which needs Windows 10 version 1803 or later", refused);
        }
    }

    /** The address, if a Unix-domain socket can have it. */
    static UnixSocketAddress checkUnix(final SocketAddress address) {
        return UnsupportedAddressException.check(address, UnixSocketAddress.class);
    }

    /** The socket, which does not belong to a port yet. */
    DetachedSocket<D> detached() {
        return detached;
    }

    /**
     * The socket belongs to a port now: from now on its options are these. The caller holds the monitor of this object
     * since before that, so that other threads do not look for options that the socket has not any more.
     */
    void become(final Getter get, final Setter set) {
        getter = get;
        setter = set;
        detached = null;
    }

    /** Closes the socket, unless it belongs to a port. */
    void close() {
        final DetachedSocket<D> socket = detached;
        if (socket != null) {
            socket.close();
        }
    }

    synchronized <T> T option(final SocketOption<T> option) {
        try {
            return getter.get(option);
        } catch (final IOException | IllegalStateException refused) {
            throw new ChannelException(refused);
        }
    }

    synchronized <T> void option(final SocketOption<T> option, final T value) {
        try {
            setter.set(option, value);
        } catch (final IOException | IllegalStateException refused) {
            throw new ChannelException(refused);
        }
    }

    /**
     * The option of the socket that a program means with an option of this transport, or of Netty's NIO by its name.
     * Returns null if such a socket has none.
     */
    @SuppressWarnings("unchecked")
    <T> SocketOption<T> find(final ChannelOption<T> option) {
        final SocketOption<?> own = OWN.get(option);
        if (own == null && !(option instanceof NioChannelOption)) {
            return null;
        }
        final String name = own != null ? own.name() : option.name();
        for (final SocketOption<?> supported : supportedOptions) {
            if (supported.name().equals(name)) {
                return (SocketOption<T>) supported;
            }
        }
        return null;
    }

    /** Netty's own option, in place of the option of the same name that Netty's NIO makes of one of the JDK's. */
    static <T> ChannelOption<T> known(final ChannelOption<T> option) {
        return option instanceof NioChannelOption && ChannelOption.exists(option.name())
                ? ChannelOption.valueOf(option.name()) : option;
    }

    /** The address, if the socket can have it. The wildcard address is that of the socket's family. */
    InetSocketAddress check(final SocketAddress address) {
        final InetSocketAddress internet = UnsupportedAddressException.check(address, InetSocketAddress.class);
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        final boolean ipv6 = isIpv6();
        if (internet.getAddress().isAnyLocalAddress() && ipv6 != internet.getAddress() instanceof Inet6Address) {
            return new InetSocketAddress(any(ipv6), internet.getPort());
        }
        if (!ipv6) {
            UnsupportedAddressException.checkIpv4(internet);
        }
        return internet;
    }

    /** As {@link #check}, for an address to connect or send to: the wildcard address means this machine, as in NIO. */
    InetSocketAddress checkRemote(final SocketAddress address) {
        final InetSocketAddress checked = check(address);
        return checked.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(loopback(isIpv6()), checked.getPort()) : checked;
    }

    private boolean isIpv6() {
        return supportedOptions.contains(WinsockOptions.IPV6_V6ONLY);
    }

    private static <D extends StreamDevice> DetachedSocket<D> dualStack(final Opener<D> opener)
            throws Win32Exception {
        final DetachedSocket<D> socket = opener.open(StandardProtocolFamily.INET6);
        try {
            socket.option(WinsockOptions.IPV6_V6ONLY, false);
            return socket;
        } catch (final Win32Exception refused) {
            socket.close();
            throw refused;
        }
    }

    private static InetAddress any(final boolean ipv6) {
        return address(new byte[ipv6 ? 16 : 4]);
    }

    /** A socket for IPv6 and IPv4 takes the one that the JVM prefers. */
    private static InetAddress loopback(final boolean ipv6) {
        return ipv6 ? InetAddress.getLoopbackAddress() : address(new byte[] {127, 0, 0, 1});
    }

    private static InetAddress address(final byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (final UnknownHostException impossible) {
            throw new AssertionError("The length is right", impossible);
        }
    }

    /** Creates a socket. */
    interface Opener<D extends StreamDevice> {
        DetachedSocket<D> open(ProtocolFamily family) throws Win32Exception;
    }

    /** Gets an option. */
    interface Getter {
        <T> T get(SocketOption<T> option) throws IOException;
    }

    /** Sets an option. */
    interface Setter {
        <T> void set(SocketOption<T> option, T value) throws IOException;
    }
}
