package io.github.iocp4j.socket;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.fixtures.Wine;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class MulticastMembershipTest extends RecordedPort {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16);
    private final SocketAddressBuffer sender = new SocketAddressBuffer();
    private UdpSocket member;
    private UdpSocket sendingSocket;
    private NetworkInterface loopback;
    private InetAddress group;
    private SocketAddressBuffer target;

    @BeforeEach
    void open() throws Exception {
        group = InetAddress.getByName("239.7.6.5");
        loopback = NetworkInterface.getByInetAddress(SocketPair.loopback().getAddress());
        member = UdpSocket.builder(port, new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0)).open();
        sendingSocket = UdpSocket.builder(port, SocketPair.loopback())
                .option(StandardSocketOptions.IP_MULTICAST_IF, loopback)
                .option(StandardSocketOptions.IP_MULTICAST_TTL, 0).open();
        target = new SocketAddressBuffer(new InetSocketAddress(group, member.localAddress().getPort()));
    }

    @AfterEach
    void nothingElseHasCompleted() {
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void receivesUntilItIsDropped() throws Exception {
        final MulticastMembership membership = member.join(group, loopback);
        assertThat(membership.isValid()).isTrue();
        assertThat(membership.socket()).isSameAs(member);
        assertThat(membership.group()).isEqualTo(group);
        assertThat(membership.networkInterface()).isEqualTo(loopback);
        assertThat(membership.source()).isNull();
        assertThat(membership).hasToString("239.7.6.5 on " + loopback.getName());
        assertThat(receivesFromGroup("all")).isTrue();
        assertThat(sender.get()).isEqualTo(sendingSocket.localAddress());
        membership.drop();
        assertThat(membership.isValid()).isFalse();
        assertThat(receivesFromGroup("nobody")).isFalse();
        membership.drop();
        assertThat(member.join(group, loopback).isValid()).as("joined again").isTrue();
        assertThat(receivesFromGroup("again")).isTrue();
    }

    @Test
    void blocksAndUnblocksASource() throws Exception {
        final MulticastMembership membership = member.join(group, loopback);
        final InetAddress source = SocketPair.loopback().getAddress();
        membership.block(source);
        assertThat(receivesFromGroup("blocked")).isFalse();
        membership.unblock(source);
        assertThat(receivesFromGroup("unblocked")).isTrue();
        assertThatThrownBy(() -> membership.unblock(source)).isInstanceOf(Win32Exception.class)
                .hasMessageContaining("unblock 239.7.6.5 on");
        membership.drop();
        assertThatThrownBy(() -> membership.block(source)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended: join again");
    }

    @Test
    void joinsForOneSource() throws Exception {
        final InetAddress source = SocketPair.loopback().getAddress();
        final MulticastMembership membership = member.join(group, loopback, source);
        assertThat(membership.source()).isEqualTo(source);
        assertThat(membership).hasToString("239.7.6.5 on " + loopback.getName() + " from 127.0.0.1");
        assertThat(receivesFromGroup("source")).isTrue();
        assertThatThrownBy(() -> membership.block(source)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is for one source");
        membership.drop();
        assertThat(receivesFromGroup("dropped")).isFalse();
    }

    @Test
    void membershipForOneSourceExcludesOthers() throws Exception {
        final MulticastMembership other = member.join(group, loopback, InetAddress.getByName("127.0.0.9"));
        if (receivesFromGroup("excluded")) {
            Wine.skip("Wine confuses source and interface of a membership");
            throw new AssertionError("a datagram of another source came");
        }
        member.join(group, loopback, SocketPair.loopback().getAddress());
        assertThat(receivesFromGroup("included")).isTrue();
        other.drop();
        assertThat(receivesFromGroup("still included")).isTrue();
    }

    @Test
    void secondJoinIsRefused() throws Exception {
        final MulticastMembership first = member.join(group, loopback);
        assertThatThrownBy(() -> member.join(group, loopback)).isInstanceOf(Win32Exception.class)
                .hasMessageContaining("join 239.7.6.5 on " + loopback.getName())
                .hasMessageContaining("once for all sources");
        assertThat(first.isValid()).isTrue();
    }

    @Test
    void endsWithItsSocket() throws Exception {
        final MulticastMembership membership = member.join(group, loopback);
        member.close();
        assertThat(membership.isValid()).isFalse();
        membership.drop();
        assertThatThrownBy(() -> membership.block(SocketPair.loopback().getAddress()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> member.join(group, loopback)).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void joinsIpv6Groups() throws Exception {
        final UdpSocket six = UdpSocket.builder(port, StandardProtocolFamily.INET6).open();
        six.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[16]), 0));
        final InetAddress group6 = InetAddress.getByName("ff12::7:6:5");
        final MulticastMembership membership = six.join(group6, loopback);
        assertThat(membership.isValid()).isTrue();
        assertThatThrownBy(() -> six.join(group6, loopback)).isInstanceOf(Win32Exception.class);
        membership.drop();
        assertThat(membership.isValid()).isFalse();
    }

    @Test
    void joinsIpv6GroupsForOneSource() throws Exception {
        final UdpSocket six = UdpSocket.builder(port, StandardProtocolFamily.INET6).open();
        six.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[16]), 0));
        final InetAddress group6 = InetAddress.getByName("ff12::7:6:5");
        final InetAddress source = InetAddress.getByName("2001:db8::1");
        try {
            six.join(group6, loopback, source).drop();
        } catch (final Win32Exception refused) {
            if (refused.code() == Win32Error.WSAENOPROTOOPT) {
                Wine.skip("Wine's IPv6 has no MCAST_JOIN_SOURCE_GROUP");
            }
            throw refused;
        }
        final MulticastMembership membership = six.join(group6, loopback);
        membership.block(source);
        membership.unblock(source);
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        final InetAddress source = SocketPair.loopback().getAddress();
        final InetAddress source6 = SocketPair.loopback6().getAddress();
        assertThatThrownBy(() -> member.join(source, loopback)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("127.0.0.1 is not a multicast address");
        assertThatThrownBy(() -> member.join(InetAddress.getByName("ff12::1"), loopback))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of another address family than a UDP socket over IPv4");
        final UdpSocket six = UdpSocket.builder(port, SocketPair.loopback6()).open();
        assertThatThrownBy(() -> six.join(group, loopback)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a UDP socket over IPv6");
        assertThatThrownBy(() -> member.join(group, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> member.join(null, loopback)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> member.join(group, loopback, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> member.join(group, loopback, group)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not the address of a source");
        assertThatThrownBy(() -> member.join(group, loopback, source6)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("of different address families");
        final MulticastMembership membership = member.join(group, loopback);
        assertThatThrownBy(() -> membership.block(source6)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> membership.block(InetAddress.getByAddress(new byte[4])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> membership.unblock(null)).isInstanceOf(NullPointerException.class);
    }

    /** Whether the member receives a datagram to the group. One to the member itself comes after it in any case. */
    private boolean receivesFromGroup(final String text) throws Exception {
        sendingSocket.send(buffer(text), target, 1);
        assertThat(recorder.nextSuccess(Opcode.SEND_TO).token).isEqualTo(1);
        sendingSocket.send(buffer("last"), new SocketAddressBuffer(SocketPair.loopback(target.port())), 2);
        assertThat(recorder.nextSuccess(Opcode.SEND_TO).token).isEqualTo(2);
        final String first = receive();
        if (first.equals("last")) {
            return false;
        }
        assertThat(first).isEqualTo(text);
        assertThat(receive()).isEqualTo("last");
        return true;
    }

    private String receive() throws Exception {
        member.receive(buffer.clear(), sender, 3);
        return text(buffer, recorder.nextSuccess(Opcode.RECEIVE_FROM).bytes);
    }
}
