package io.github.iocp4j.nio;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.WinsockOptions;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;

/** Sockets for both versions of IP where Windows has IPv6, and the addresses that channels take. */
final class TcpAddresses {
    private static final boolean DUAL = OwnPermissions.call(TcpAddresses::usesDualSockets);
    private static final int INET6_BYTES = 16;

    private TcpAddresses() {
    }

    /** Opens a socket that can be bound and connected to IPv4 and IPv6 addresses, or on an old system to IPv4. */
    static DetachedSocket<StreamSocket> openSocket() throws Win32Exception {
        return OwnPermissions.call(() -> DUAL ? openDual() : DetachedSocket.stream(StandardProtocolFamily.INET));
    }

    /** The address to bind to; null stands for any. */
    static InetSocketAddress local(final SocketAddress address) {
        final InetSocketAddress checked = address == null ? new InetSocketAddress(0) : check(address);
        return checked.getAddress().isAnyLocalAddress() ? new InetSocketAddress(any(), checked.getPort()) : checked;
    }

    /** The address to connect to; the address that stands for any of this machine becomes that of the loopback. */
    static InetSocketAddress remote(final SocketAddress address) {
        final InetSocketAddress checked = check(address);
        return checked.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), checked.getPort()) : checked;
    }

    private static InetSocketAddress check(final SocketAddress address) {
        if (address == null) {
            throw new NullPointerException("address");
        }
        final InetSocketAddress internet = UnsupportedAddressException.check(address, InetSocketAddress.class);
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        if (!DUAL && internet.getAddress() instanceof Inet6Address) {
            throw new UnsupportedAddressException(internet.getAddress().getHostAddress()
                    + " is an IPv6 address, but this channel is for IPv4 only: the JVM prefers IPv4"
                    + " (java.net.preferIPv4Stack), or Windows has no IPv6");
        }
        return internet;
    }

    /** A socket of IPv6 would take the IPv4 address for any as that of IPv4 only. */
    private static InetAddress any() {
        try {
            return DUAL ? Inet6Address.getByAddress(null, new byte[INET6_BYTES], -1)
                    : InetAddress.getByAddress(new byte[Integer.BYTES]);
        } catch (final UnknownHostException impossible) {
            throw new AssertionError("The length is right", impossible);
        }
    }

    private static DetachedSocket<StreamSocket> openDual() throws Win32Exception {
        final DetachedSocket<StreamSocket> socket = DetachedSocket.stream(StandardProtocolFamily.INET6);
        try {
            socket.option(WinsockOptions.IPV6_V6ONLY, false);
            return socket;
        } catch (final Win32Exception | RuntimeException refused) {
            socket.close();
            throw refused;
        }
    }

    private static boolean usesDualSockets() {
        if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
            return false;
        }
        try (DetachedSocket<StreamSocket> probe = openDual()) {
            probe.bind(new InetSocketAddress(Inet6Address.getByAddress(null, new byte[INET6_BYTES], -1), 0));
            return true;
        } catch (final Win32Exception | UnknownHostException none) {
            return false;
        }
    }
}
