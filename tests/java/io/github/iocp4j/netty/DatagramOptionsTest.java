package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.netty.Datagrams.Received;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.channels.NotYetConnectedException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Options of UDP channels, and multicast groups. */
@Timeout(120)
final class DatagramOptionsTest {
    @AutoClose
    private final Datagrams udp = new Datagrams();
    private final Received received = new Received();

    @Test
    void setsOptions() throws Exception {
        final NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        final DatagramChannel one = (DatagramChannel) udp.bootstrap(received, SocketProtocolFamily.INET)
                .option(ChannelOption.SO_REUSEADDR, true).option(ChannelOption.SO_BROADCAST, true)
                .option(ChannelOption.SO_RCVBUF, 60_000).option(ChannelOption.SO_SNDBUF, 50_000)
                .option(ChannelOption.IP_MULTICAST_TTL, 3).option(ChannelOption.IP_MULTICAST_IF, loopback)
                .option(ChannelOption.IP_MULTICAST_LOOP_DISABLED, true)
                .bind(Loops.loopback(0)).sync().channel();
        assertThat(one.config().getOption(ChannelOption.SO_REUSEADDR)).isTrue();
        assertThat(one.config().getOption(ChannelOption.SO_BROADCAST)).isTrue();
        assertThat(one.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(60_000);
        assertThat(one.config().getOption(ChannelOption.SO_SNDBUF)).isEqualTo(50_000);
        assertThat(one.config().getOption(ChannelOption.IP_MULTICAST_TTL)).isEqualTo(3);
        assertThat(one.config().getOption(ChannelOption.IP_MULTICAST_IF)).isEqualTo(loopback);
        assertThat(one.config().getOption(ChannelOption.IP_MULTICAST_ADDR))
                .isIn(loopback.inetAddresses().toArray());
        assertThat(one.config().getOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED)).isTrue();
        one.config().setOption(ChannelOption.IP_MULTICAST_ADDR, InetAddress.getLoopbackAddress());
        assertThat(one.config().getNetworkInterface()).isEqualTo(loopback);
        assertThatThrownBy(() -> one.config().setInterface(InetAddress.getByName("192.0.2.1")))
                .isInstanceOf(ChannelException.class);
        one.config().setTrafficClass(one.config().getTrafficClass());
        assertThat(one.config().getOptions()).containsKeys(ChannelOption.SO_BROADCAST, ChannelOption.AUTO_READ);
        // The address is shared, because both sockets want that.
        final DatagramChannel two = (DatagramChannel) udp.bootstrap(received, SocketProtocolFamily.INET)
                .option(ChannelOption.SO_REUSEADDR, true).bind(one.localAddress()).sync().channel();
        assertThat(two.localAddress()).isEqualTo(one.localAddress());
        two.config().setReuseAddress(false);
        assertThat(two.config().isReuseAddress()).isFalse();
    }

    @Test
    void takesTheOptionsOfNio() throws Exception {
        final NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        final ChannelOption<Boolean> loop = NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP);
        final Channel channel = udp.bootstrap(received, SocketProtocolFamily.INET)
                .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEADDR), true)
                .option(NioChannelOption.of(StandardSocketOptions.SO_BROADCAST), true)
                .option(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL), 3)
                .option(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_IF), loopback)
                .option(loop, false)
                .bind(Loops.loopback(0)).sync().channel();
        final ChannelConfig config = channel.config();
        assertThat(config.getOption(ChannelOption.SO_REUSEADDR)).isTrue();
        assertThat(config.getOption(ChannelOption.SO_BROADCAST)).isTrue();
        assertThat(config.getOption(NioChannelOption.of(StandardSocketOptions.SO_BROADCAST))).isTrue();
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_TTL)).isEqualTo(3);
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_IF)).isEqualTo(loopback);
        // Netty's own option is the opposite of it.
        assertThat(config.getOption(loop)).isFalse();
        assertThat(config.getOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED)).isTrue();
        assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.SO_RCVBUF), 70_000)).isTrue();
        assertThat(config.getOption(ChannelOption.SO_RCVBUF)).isEqualTo(70_000);
        assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.TCP_NODELAY), true)).isFalse();
        assertThat(config.getOption(NioChannelOption.of(StandardSocketOptions.TCP_NODELAY))).isNull();
        assertThat(config.setOption(IocpChannelOption.TCP_KEEPIDLE, 3)).isFalse();
    }

    @Test
    void isActiveWithoutAnAddressIfAsked() throws Exception {
        final DatagramChannel peer = udp.bind(received);
        final DatagramChannel plain = (DatagramChannel) udp.bootstrap(new Received()).register().sync().channel();
        assertThat(plain.isActive()).isFalse();
        assertThatThrownBy(() -> plain.writeAndFlush(udp.to(peer, 1)).sync())
                .isInstanceOf(NotYetConnectedException.class);
        final Received answers = new Received();
        final DatagramChannel active = (DatagramChannel) activeOnRegistration(udp.bootstrap(answers))
                .register().sync().channel();
        assertThat(active.isActive()).isTrue();
        active.writeAndFlush(udp.to(peer, 2)).sync();
        assertThat(received.next()).isEqualTo("02");
        peer.writeAndFlush(new DatagramPacket(udp.bytes(3), received.sender)).sync();
        assertThat(answers.next()).isEqualTo("03");
        assertThat(active.localAddress().getPort()).isEqualTo(received.sender.getPort());
    }

    @SuppressWarnings("deprecation")
    private static Bootstrap activeOnRegistration(final Bootstrap bootstrap) {
        return bootstrap.option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true);
    }

    @Test
    void joinsAndLeavesGroups() throws Exception {
        final InetAddress group = InetAddress.getByName("230.0.0.17");
        final InetAddress source = InetAddress.getByName("192.0.2.1");
        final NetworkInterface on = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        final Bootstrap bootstrap = udp.bootstrap(received, SocketProtocolFamily.INET)
                .option(ChannelOption.SO_REUSEADDR, true);
        final DatagramChannel member = (DatagramChannel) bootstrap.bind(0).sync().channel();
        final DatagramChannel sender = (DatagramChannel) bootstrap.clone().option(ChannelOption.IP_MULTICAST_IF, on)
                .handler(new Received()).bind(Loops.loopback(0)).sync().channel();
        final InetSocketAddress address = new InetSocketAddress(group, member.localAddress().getPort());
        assertThatThrownBy(() -> member.joinGroup(group).sync()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Name a network interface");
        member.joinGroup(address, on).sync();
        // Does nothing, as with NIO.
        member.joinGroup(address, on).sync();
        sender.writeAndFlush(new DatagramPacket(udp.bytes(1), address)).sync();
        assertThat(received.next()).isEqualTo("01");
        member.leaveGroup(address, on).sync();
        member.leaveGroup(address, on).sync();
        assertThatThrownBy(() -> member.block(group, on, source).sync()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has not joined");
        member.config().setNetworkInterface(on);
        member.joinGroup(group).sync();
        sender.writeAndFlush(new DatagramPacket(udp.bytes(2), address)).sync();
        assertThat(received.next()).isEqualTo("02");
        assertThatThrownBy(() -> member.block(group, group).sync()).isInstanceOf(IllegalArgumentException.class);
        member.leaveGroup(group).sync();
        member.joinGroup(group, on, InetAddress.getLoopbackAddress()).sync();
        sender.writeAndFlush(new DatagramPacket(udp.bytes(3), address)).sync();
        assertThat(received.next()).isEqualTo("03");
        assertThatThrownBy(() -> member.block(group, on, source).sync()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("for one source");
        member.leaveGroup(group, on, InetAddress.getLoopbackAddress()).sync();
        final DatagramChannel six = (DatagramChannel) udp.bootstrap(new Received(), SocketProtocolFamily.INET6)
                .bind(0).sync().channel();
        assertThatThrownBy(() -> six.joinGroup(address, on).sync()).isInstanceOf(IllegalArgumentException.class);
        member.close().sync();
        assertThatThrownBy(() -> member.joinGroup(address, on).sync()).isInstanceOf(Exception.class);
    }
}
