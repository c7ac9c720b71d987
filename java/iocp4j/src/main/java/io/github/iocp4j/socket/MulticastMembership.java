package io.github.iocp4j.socket;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.UdpSocketNative;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Objects;

/**
 * The membership of a {@link UdpSocket} in a multicast group on one interface, for all sources or for one. It begins
 * with {@link UdpSocket#join} and ends when it is dropped or when the socket is closed. All methods may be called from
 * any thread; none of them waits.
 */
public final class MulticastMembership {
    // The codes of native/devices/socket/Membership.h.
    private static final int JOIN = 1;
    private static final int LEAVE = 2;
    private static final int BLOCK = 3;
    private static final int UNBLOCK = 4;

    private final UdpSocket socket;
    private final InetAddress group;
    private final NetworkInterface networkInterface;
    /** Null for all sources. */
    private final InetAddress source;
    /** Kept, because the addresses of an interface may change. */
    private final int interfaceNumber;
    private boolean dropped;

    private MulticastMembership(
            final UdpSocket socket, final InetAddress group, final NetworkInterface networkInterface,
            final InetAddress source) {
        this.socket = socket;
        this.group = group;
        this.networkInterface = networkInterface;
        this.source = source;
        interfaceNumber = OptionValue.numberOf(networkInterface, group instanceof Inet6Address);
    }

    static MulticastMembership join(
            final UdpSocket socket, final SocketType type, final InetAddress group,
            final NetworkInterface networkInterface, final InetAddress source) throws Win32Exception {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(networkInterface, "networkInterface");
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException(group.getHostAddress() + " is not a multicast address, which is from"
                    + " 224.0.0.0 to 239.255.255.255 or begins with ff");
        }
        if (group instanceof Inet6Address != type.isIpv6()) {
            throw new IllegalArgumentException(
                    group.getHostAddress() + " is of another address family than " + type + ", which cannot join it");
        }
        final MulticastMembership membership = new MulticastMembership(socket, group, networkInterface, source);
        if (source != null) {
            membership.checkSource(source);
        }
        membership.change(JOIN, source, "join");
        return membership;
    }

    /**
     * The socket.
     *
     * @return the socket that has joined
     */
    public UdpSocket socket() {
        return socket;
    }

    /**
     * The group.
     *
     * @return a multicast address
     */
    public InetAddress group() {
        return group;
    }

    /**
     * The interface on which the socket receives the group's datagrams.
     *
     * @return the interface
     */
    public NetworkInterface networkInterface() {
        return networkInterface;
    }

    /**
     * The only source whose datagrams the socket receives by this membership.
     *
     * @return the source; null when the membership is for all sources
     */
    public InetAddress source() {
        return source;
    }

    /**
     * Whether the membership has not ended.
     *
     * @return false when it was dropped or the socket was closed
     */
    public synchronized boolean isValid() {
        return !dropped && socket.isOpen();
    }

    /**
     * Leaves the group ({@code IP_DROP_MEMBERSHIP}, {@code IP_DROP_SOURCE_MEMBERSHIP}, {@code IPV6_DROP_MEMBERSHIP},
     * {@code MCAST_LEAVE_SOURCE_GROUP}). Datagrams that have arrived before may still be received. Does nothing when
     * the membership has ended.
     *
     * @throws Win32Exception when Windows refuses; the membership is then still valid
     */
    public synchronized void drop() throws Win32Exception {
        if (!isValid()) {
            return;
        }
        try {
            change(LEAVE, source, "leave");
        } catch (final DeviceClosedException expected) {
            // The close of the socket has ended the membership.
        }
        dropped = true;
    }

    /**
     * Receives no datagrams of one source any more ({@code IP_BLOCK_SOURCE}, {@code MCAST_BLOCK_SOURCE}).
     *
     * @param sender the source, of the group's address family
     * @throws IllegalArgumentException when the address is a multicast or wildcard address, or of another family
     * @throws IllegalStateException when the membership is for one source, or has ended
     * @throws Win32Exception when Windows refuses, as when the source is blocked already
     */
    public void block(final InetAddress sender) throws Win32Exception {
        changeSource(BLOCK, sender, "block");
    }

    /**
     * Receives the datagrams of a source again ({@code IP_UNBLOCK_SOURCE}, {@code MCAST_UNBLOCK_SOURCE}).
     *
     * @param sender a source that {@link #block} has blocked
     * @throws IllegalArgumentException when the address is a multicast or wildcard address, or of another family
     * @throws IllegalStateException when the membership is for one source, or has ended
     * @throws Win32Exception when Windows refuses, as when the source is not blocked
     */
    public void unblock(final InetAddress sender) throws Win32Exception {
        changeSource(UNBLOCK, sender, "unblock");
    }

    @Override
    public String toString() {
        return group.getHostAddress() + " on " + networkInterface.getName()
                + (source == null ? "" : " from " + source.getHostAddress());
    }

    private synchronized void changeSource(final int change, final InetAddress sender, final String verb)
            throws Win32Exception {
        checkSource(Objects.requireNonNull(sender, "sender"));
        if (source != null) {
            throw new IllegalStateException("The membership in " + this + " is for one source: drop it instead");
        }
        if (!isValid()) {
            throw new IllegalStateException("The membership in " + this + " has ended: join again");
        }
        change(change, sender, verb);
    }

    private void checkSource(final InetAddress sender) {
        if (sender.isMulticastAddress() || sender.isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    sender.getHostAddress() + " is not the address of a source, which is one of a machine");
        }
        if (sender.getClass() != group.getClass()) {
            throw new IllegalArgumentException(sender.getHostAddress() + " and " + group.getHostAddress()
                    + " are of different address families");
        }
    }

    private void change(final int change, final InetAddress sender, final String verb) throws Win32Exception {
        final long answer = UdpSocketNative.changeMembership(
                socket.key(), change, encode(group), interfaceNumber, sender == null ? null : encode(sender));
        if (answer < 0) {
            EngineError.key(answer, verb + ' ' + this + hint(change, (int) -answer), socket);
        }
    }

    private static String hint(final int change, final int error) {
        final boolean isKnown = error == Win32Error.WSAEINVAL || error == Win32Error.WSAEADDRINUSE;
        return change == JOIN && isKnown ? " (a socket joins a group on an interface once for all sources, or once for"
                + " each source)" : "";
    }

    private static byte[] encode(final InetAddress address) {
        return SocketAddresses.encode(new InetSocketAddress(address, 0));
    }
}
