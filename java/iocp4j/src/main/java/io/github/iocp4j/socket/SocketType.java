package io.github.iocp4j.socket;

import java.net.SocketAddress;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** The types of sockets, as far as their options differ. */
enum SocketType {
    TCP("a TCP connection over IPv4"),
    TCP6("a TCP connection over IPv6"),
    UNIX("a connection of a Unix-domain socket"),
    TCP_SERVER("a TCP server over IPv4"),
    TCP6_SERVER("a TCP server over IPv6"),
    UNIX_SERVER("a server at a Unix-domain socket"),
    UDP("a UDP socket over IPv4"),
    UDP6("a UDP socket over IPv6");

    /** Made once, because each send of a datagram looks here. */
    private static final Set<SocketType> IPV6 = Collections.unmodifiableSet(EnumSet.of(TCP6, TCP6_SERVER, UDP6));

    private final String text;

    SocketType(final String text) {
        this.text = text;
    }

    /** The type of a connection with that peer; null is a peer on the Internet that is not known any more. */
    static SocketType connection(final SocketAddress peer) {
        return of(peer, TCP, TCP6, UNIX);
    }

    /** The type of a datagram socket with that address. */
    static SocketType datagram(final SocketAddress address) {
        return SocketAddresses.isIpv6(address) ? UDP6 : UDP;
    }

    static SocketType server(final SocketAddress address) {
        return of(address, TCP_SERVER, TCP6_SERVER, UNIX_SERVER);
    }

    static Set<SocketType> internet() {
        return EnumSet.complementOf(EnumSet.of(UNIX, UNIX_SERVER));
    }

    static Set<SocketType> connections() {
        return EnumSet.of(TCP, TCP6, UNIX);
    }

    static Set<SocketType> tcpConnections() {
        return EnumSet.of(TCP, TCP6);
    }

    static Set<SocketType> udp() {
        return EnumSet.of(UDP, UDP6);
    }

    static Set<SocketType> tcpConnectionsAndUdp() {
        return EnumSet.of(TCP, TCP6, UDP, UDP6);
    }

    static Set<SocketType> ipv6() {
        return IPV6;
    }

    /** The address family, for native code. */
    int family() {
        switch (this) {
            case UNIX:
            case UNIX_SERVER:
                return SocketAddresses.AF_UNIX;
            default:
                return isIpv6() ? SocketAddresses.AF_INET6 : SocketAddresses.AF_INET;
        }
    }

    boolean isIpv6() {
        return IPV6.contains(this);
    }

    @Override
    public String toString() {
        return text;
    }

    private static SocketType of(
            final SocketAddress address, final SocketType inet, final SocketType inet6, final SocketType unix) {
        if (address instanceof UnixSocketAddress) {
            return unix;
        }
        return address != null && SocketAddresses.isIpv6(address) ? inet6 : inet;
    }
}
