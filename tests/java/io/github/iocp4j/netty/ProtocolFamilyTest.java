package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.socket.WinsockOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TCP channels whose family the program chooses. */
@Timeout(120)
final class ProtocolFamilyTest {
    /** Sockets for IPv4 only do not have it. */
    private static final ChannelOption<Boolean> ONLY_IPV6 = NioChannelOption.of(WinsockOptions.IPV6_V6ONLY);

    @AutoClose
    private final Loops loops = new Loops();

    private ServerBootstrap serverBootstrap(final SocketProtocolFamily family) {
        return new ServerBootstrap().group(loops.group()).channelFactory(() -> new IocpServerSocketChannel(family))
                .childOption(ChannelOption.ALLOCATOR, loops.allocator()).childHandler(Loops.initializer(Echo::new));
    }

    private Bootstrap bootstrap(final SocketProtocolFamily family, final Collector to) {
        return new Bootstrap().group(loops.group()).channelFactory(() -> new IocpSocketChannel(family))
                .option(ChannelOption.ALLOCATOR, loops.allocator()).handler(to);
    }

    private Channel serve(final SocketProtocolFamily family) throws Exception {
        return serverBootstrap(family).bind(0).sync().channel();
    }

    private Channel connect(final SocketProtocolFamily family, final InetSocketAddress server, final Collector to)
            throws Exception {
        return bootstrap(family, to).connect(server, new InetSocketAddress(0)).sync().channel();
    }

    private static InetAddress localHost(final Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getAddress();
    }

    private void assertEchoes(final Channel client, final Collector collector) throws Exception {
        client.writeAndFlush(loops.buffer(Loops.random(10)));
        assertThat(collector.await(10)).isEqualTo(Loops.random(10));
    }

    @Test
    void ipv4() throws Exception {
        final Channel server = serve(SocketProtocolFamily.INET);
        assertThat(localHost(server)).isInstanceOf(Inet4Address.class);
        assertThat(server.config().getOption(ONLY_IPV6)).isNull();
        final int port = ((InetSocketAddress) server.localAddress()).getPort();
        final Collector collector = new Collector();
        final Channel client = connect(SocketProtocolFamily.INET, Loops.loopback(port), collector);
        assertThat(localHost(client)).isInstanceOf(Inet4Address.class);
        assertThat(client.config().getOption(ONLY_IPV6)).isNull();
        assertEchoes(client, collector);
    }

    @Test
    void ipv6ServesIpv4Too() throws Exception {
        final Channel server = serve(SocketProtocolFamily.INET6);
        assertThat(localHost(server)).isInstanceOf(Inet6Address.class);
        assertThat(server.config().getOption(ONLY_IPV6)).isFalse();
        final int port = ((InetSocketAddress) server.localAddress()).getPort();
        for (final String host : List.of("127.0.0.1", "::1")) {
            final Collector collector = new Collector();
            final Channel client = connect(SocketProtocolFamily.INET6, new InetSocketAddress(host, port), collector);
            assertThat(client.config().getOption(ONLY_IPV6)).isFalse();
            assertEchoes(client, collector);
        }
    }

    @Test
    void noFamilyIsThatOfTheJvm() throws Exception {
        final Channel server = serve(null);
        final Channel usual = loops.serve(Echo::new);
        assertThat(server.config().getOption(ONLY_IPV6)).isEqualTo(usual.config().getOption(ONLY_IPV6));
        final int port = ((InetSocketAddress) server.localAddress()).getPort();
        final Channel client = connect(null, Loops.loopback(port), new Collector());
        assertThat(client.config().getOption(ONLY_IPV6)).isEqualTo(usual.config().getOption(ONLY_IPV6));
    }

    @Test
    void ipv4RefusesAddressesOfIpv6() {
        final InetSocketAddress ipv6 = new InetSocketAddress("::1", 1);
        final List<ThrowingCallable> misuses = List.of(
                () -> connect(SocketProtocolFamily.INET, ipv6, new Collector()),
                () -> bootstrap(SocketProtocolFamily.INET, new Collector()).bind(ipv6).sync(),
                () -> serverBootstrap(SocketProtocolFamily.INET).bind(ipv6).sync());
        for (final ThrowingCallable misuse : misuses) {
            assertThatThrownBy(misuse).isInstanceOf(UnsupportedAddressTypeException.class)
                    .hasMessageContaining("IPv4 only");
        }
    }

    @Test
    void refusesTheFamilyOfUnixDomainSockets() {
        final List<ThrowingCallable> misuses = List.of(
                () -> new IocpSocketChannel(SocketProtocolFamily.UNIX),
                () -> new IocpServerSocketChannel(SocketProtocolFamily.UNIX),
                () -> new IocpDatagramChannel(SocketProtocolFamily.UNIX));
        for (final ThrowingCallable misuse : misuses) {
            assertThatThrownBy(misuse).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("IocpDomainSocketChannel");
        }
    }
}
