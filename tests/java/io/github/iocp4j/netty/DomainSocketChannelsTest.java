package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.UnixSocketAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.BindException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections over Unix-domain sockets, where Windows has them. */
@Timeout(120)
final class DomainSocketChannelsTest {
    private static final int MEBIBYTE = 1 << 20;

    @AutoClose
    private final Loops loops = new Loops();

    private static boolean hasUnixSockets() throws Win32Exception {
        try {
            DetachedSocket.unixStream().close();
            return true;
        } catch (final Win32Exception refused) {
            if (refused.code() == Win32Error.WSAEAFNOSUPPORT) {
                return false;
            }
            throw refused;
        }
    }

    private ServerBootstrap serverBootstrap() throws Exception {
        assumeTrue(hasUnixSockets(), "this system has no Unix-domain sockets");
        return new ServerBootstrap().group(loops.group()).channel(IocpServerDomainSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.ALLOCATOR, loops.allocator()).childHandler(Loops.initializer(Echo::new));
    }

    private Channel connect(final Channel server, final Collector collector) throws Exception {
        return new Bootstrap().group(loops.group()).channel(IocpDomainSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator()).option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(collector).connect(server.localAddress()).sync().channel();
    }

    @Test
    void saysThatThereAreNone() throws Exception {
        assumeTrue(!hasUnixSockets(), "This Windows has Unix-domain sockets");
        assertThatThrownBy(IocpDomainSocketChannel::new).isInstanceOf(ChannelException.class)
                .hasMessageContaining("needs Windows 10 version 1803").hasRootCauseInstanceOf(Win32Exception.class);
        assertThatThrownBy(IocpServerDomainSocketChannel::new).isInstanceOf(ChannelException.class)
                .hasMessageContaining("needs Windows 10 version 1803");
        assertThatThrownBy(() -> new Bootstrap().group(loops.group()).channel(IocpDomainSocketChannel.class)
                .handler(new Echo()).connect(UnixSocketAddress.of(Path.of("s"))).sync())
                .isInstanceOf(ChannelException.class);
    }

    @Test
    void echoesSmallAndLarge(@TempDir final Path folder) throws Exception {
        final ServerBootstrap bootstrap = serverBootstrap();
        final UnixSocketAddress address = UnixSocketAddress.of(folder.resolve("s"));
        final Channel server = bootstrap.bind(address).sync().channel();
        assertThat(server.localAddress()).isEqualTo(address);
        final Collector collector = new Collector();
        final Channel client = connect(server, collector);
        assertThat(client.remoteAddress()).isEqualTo(address);
        for (final int length : new int[] {1, 100, 65_536, MEBIBYTE + 1}) {
            client.writeAndFlush(loops.buffer(Loops.random(length)));
            assertThat(collector.await(length)).isEqualTo(Loops.random(length));
        }
        ((IocpDomainSocketChannel) client).shutdownOutput().sync();
        client.close().sync();
        server.close().sync();
        Files.delete(folder.resolve("s"));
    }

    @Test
    void closesInFlightAndRefusesMisuse(@TempDir final Path folder) throws Exception {
        final ServerBootstrap bootstrap = serverBootstrap();
        assertThatThrownBy(() -> bootstrap.bind(Loops.loopback(0)).sync())
                .isInstanceOf(UnsupportedAddressTypeException.class);
        final UnixSocketAddress address = UnixSocketAddress.of(folder.resolve("s"));
        final Channel server = bootstrap.bind(address).sync().channel();
        assertThatThrownBy(() -> bootstrap.bind(address).sync()).isInstanceOf(BindException.class);
        final Collector collector = new Collector();
        final Channel client = connect(server, collector);
        ChannelFuture last = null;
        for (int i = 0; i < 64; i++) {
            last = client.writeAndFlush(loops.buffer(new byte[MEBIBYTE]));
        }
        client.close().sync();
        assertThat(last.await().cause()).isInstanceOf(ClosedChannelException.class);
        final Channel ended = connect(server, new Collector());
        assertThat(ended.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isTrue();
        server.close().sync();
        Files.delete(folder.resolve("s"));
        assertThatThrownBy(() -> connect(server, new Collector())).isInstanceOf(IOException.class);
        ended.close().sync();
    }
}
