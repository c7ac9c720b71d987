package io.github.iocp4j.netty;

import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.MulticastMembership;
import io.github.iocp4j.socket.UdpSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The multicast groups that a channel has joined. Any thread may use it. */
final class MulticastGroups {
    private final List<MulticastMembership> memberships = new ArrayList<>();

    /** The source is null for all sources. Does nothing when the channel is a member, as the JDK. */
    synchronized void join(
            final UdpSocket socket, final InetAddress group, final NetworkInterface on, final InetAddress source)
            throws Win32Exception {
        // On a closed socket, the join below fails, also of a group of which it was a member.
        if (socket.isOpen() && memberships.stream().anyMatch(membership -> isOf(membership, group, on, source))) {
            return;
        }
        memberships.add(source == null ? socket.join(group, on) : socket.join(group, on, source));
    }

    /** Does nothing when the channel is not a member. */
    synchronized void leave(final InetAddress group, final NetworkInterface on, final InetAddress source)
            throws Win32Exception {
        for (final MulticastMembership membership : List.copyOf(memberships)) {
            if (isOf(membership, group, on, source)) {
                membership.drop();
                memberships.remove(membership);
            }
        }
    }

    synchronized void block(final InetAddress group, final NetworkInterface on, final InetAddress source)
            throws Win32Exception {
        boolean isMember = false;
        for (final MulticastMembership membership : memberships) {
            if (isOf(membership, group, on)) {
                membership.block(source);
                isMember = true;
            }
        }
        if (!isMember) {
            throw new IllegalStateException("The channel has not joined " + group.getHostAddress() + " on "
                    + on.getName() + ", so it cannot block a source there");
        }
    }

    private static boolean isOf(
            final MulticastMembership membership, final InetAddress group, final NetworkInterface on,
            final InetAddress source) {
        return isOf(membership, group, on) && Objects.equals(membership.source(), source);
    }

    private static boolean isOf(
            final MulticastMembership membership, final InetAddress group, final NetworkInterface on) {
        return membership.group().equals(group) && membership.networkInterface().equals(on);
    }
}
