package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.WinsockOptions;
import io.netty.channel.ChannelException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Set;

/** Sockets before they belong to a port, and their addresses. */
final class SocketHandle {
    private SocketHandle() {
    }

    /** A socket for IPv6 and IPv4; for IPv4 only when the JVM was started so, or when Windows has no IPv6. */
    static DetachedSocket<StreamSocket> open() {
        try {
            if (!Boolean.getBoolean("java.net.preferIPv4Stack")) {
                try {
                    return dualStack();
                } catch (final Win32Exception noIpv6) {
                    return DetachedSocket.stream(StandardProtocolFamily.INET);
                }
            }
            return DetachedSocket.stream(StandardProtocolFamily.INET);
        } catch (final Win32Exception refused) {
            throw new ChannelException("Windows gives no socket", refused);
        }
    }

    /** The address, if a socket can have it. The wildcard address is that of the socket's family. */
    static InetSocketAddress check(final SocketAddress address, final boolean ipv6) {
        if (!(address instanceof InetSocketAddress)) {
            throw new UnsupportedAddressTypeException();
        }
        final InetSocketAddress internet = (InetSocketAddress) address;
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        return internet.getAddress().isAnyLocalAddress() && ipv6 != internet.getAddress() instanceof Inet6Address
                ? new InetSocketAddress(any(ipv6), internet.getPort()) : internet;
    }

    /** Whether a socket with these options is one for IPv6. */
    static boolean isIpv6(final Set<SocketOption<?>> options) {
        return options.contains(WinsockOptions.IPV6_V6ONLY);
    }

    private static DetachedSocket<StreamSocket> dualStack() throws Win32Exception {
        final DetachedSocket<StreamSocket> socket = DetachedSocket.stream(StandardProtocolFamily.INET6);
        try {
            socket.option(WinsockOptions.IPV6_V6ONLY, false);
            return socket;
        } catch (final Win32Exception refused) {
            socket.close();
            throw refused;
        }
    }

    private static InetAddress any(final boolean ipv6) {
        try {
            return InetAddress.getByAddress(new byte[ipv6 ? 16 : 4]);
        } catch (final UnknownHostException impossible) {
            throw new AssertionError("The length is right", impossible);
        }
    }
}
