package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.socket.WinsockOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Options of TCP channels that change how they read and close, or that only this transport has. */
@Timeout(120)
final class StreamOptionsTest {
    @AutoClose
    private final Loops loops = new Loops();

    @Test
    void takesTheOptionsOfNio() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Channel client = loops.bootstrap(new Collector())
                .option(NioChannelOption.of(StandardSocketOptions.TCP_NODELAY), false)
                .option(NioChannelOption.of(StandardSocketOptions.SO_REUSEADDR), true)
                .option(NioChannelOption.of(StandardSocketOptions.SO_KEEPALIVE), true)
                .connect(server.localAddress()).sync().channel();
        assertThat(client.config().getOption(ChannelOption.TCP_NODELAY)).isFalse();
        assertThat(client.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
        assertThat(client.config().getOption(NioChannelOption.of(StandardSocketOptions.SO_KEEPALIVE))).isTrue();
        // Only remembered, as by NIO.
        assertThat(client.config().getOption(ChannelOption.SO_REUSEADDR)).isTrue();
        assertThat(server.config().setOption(NioChannelOption.of(StandardSocketOptions.SO_RCVBUF), 100_000)).isTrue();
        assertThat(server.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(100_000);
        assertThat(client.config().setOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL), 3))
                .isFalse();
        assertThat(client.config().getOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL))).isNull();
        // An option that Netty has no name for.
        final ChannelOption<Boolean> exclusive = NioChannelOption.of(WinsockOptions.SO_EXCLUSIVEADDRUSE);
        assertThat(server.config().getOption(exclusive)).isTrue();
        final IocpSocketChannel unregistered = new IocpSocketChannel();
        assertThat(unregistered.config().setOption(exclusive, false)).isTrue();
        assertThat(unregistered.config().getOption(exclusive)).isFalse();
        unregistered.unsafe().closeForcibly();
        assertThat(client.config().getOptions()).isNotEmpty();
        assertThat(server.config().getOptions()).isNotEmpty();
    }

    @Test
    void otherThreadsUseOptionsWhileItIsRegistered() throws Exception {
        for (int i = 0; i < 500; i++) {
            final Channel channel = new IocpSocketChannel();
            final ChannelFuture registered = loops.group().register(channel);
            while (!registered.isDone()) {
                assertThat(channel.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
            }
            channel.close().sync();
        }
    }

    @Test
    void keepAliveTimesAreOptions() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Channel client = loops.connect(server, new Collector());
        assertThatThrownBy(() -> client.config().setOption(IocpChannelOption.TCP_KEEPIDLE, 0))
                .isInstanceOf(IllegalArgumentException.class);
        try {
            assertThat(client.config().setOption(IocpChannelOption.TCP_KEEPIDLE, 60)).isTrue();
        } catch (final ChannelException refused) {
            assertThat(refused).hasCauseInstanceOf(Win32Exception.class);
            assertThat(((Win32Exception) refused.getCause()).code()).isEqualTo(Win32Error.WSAENOPROTOOPT);
            assumeTrue(false, "here TCP connections have no TCP_KEEPIDLE (Wine before 9)");
        }
        assertThat(client.config().setOption(IocpChannelOption.TCP_KEEPINTVL, 3)).isTrue();
        assertThat(client.config().setOption(IocpChannelOption.TCP_KEEPCNT, 5)).isTrue();
        assertThat(client.config().getOption(IocpChannelOption.TCP_KEEPIDLE)).isEqualTo(60);
        assertThat(client.config().getOption(IocpChannelOption.TCP_KEEPINTVL)).isEqualTo(3);
        assertThat(client.config().getOption(IocpChannelOption.TCP_KEEPCNT)).isEqualTo(5);
    }

    @Test
    void aLingeringCloseEndsWhatIsInFlight() throws Exception {
        final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .childOption(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        for (final boolean fromLoop : new boolean[] {false, true}) {
            final Collector collector = new Collector();
            final Channel client = loops.bootstrap(collector).option(ChannelOption.SO_LINGER, 1)
                    .connect(server.localAddress()).sync().channel();
            final ChannelFuture write = client.writeAndFlush(loops.buffer(new byte[32 << 20]));
            if (fromLoop) {
                client.eventLoop().submit(() -> client.close()).sync();
            } else {
                client.close();
            }
            assertThat(client.close().sync().isSuccess()).isTrue();
            assertThat(write.await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(collector.event()).isEqualTo("inactive");
            accepted.take().close().sync();
        }
    }

    @Test
    void aLingeringCloseSendsWhatIsWritten() throws Exception {
        final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Collector collector = new Collector();
        loops.connect(server, collector);
        final Channel child = accepted.take();
        child.config().setOption(ChannelOption.SO_LINGER, 10);
        final byte[] sent = Loops.random(100_000);
        child.writeAndFlush(loops.buffer(sent)).sync();
        child.close().sync();
        assertThat(collector.await(sent.length)).isEqualTo(sent);
        assertThat(collector.event()).isEqualTo("inactive");
    }

    @Test
    void zeroByteReadsLeaveIdleConnectionsWithoutBuffers() throws Exception {
        final Channel server = loops.serverBootstrap(Echo::new).childOption(IocpChannelOption.ZERO_BYTE_READS, true)
                .bind(Loops.loopback(0)).sync().channel();
        final Collector collector = new Collector();
        final Channel client = loops.bootstrap(collector).option(IocpChannelOption.ZERO_BYTE_READS, true)
                .connect(server.localAddress()).sync().channel();
        for (final int length : new int[] {1, 2_000, 65_536, 3 << 20, 1}) {
            final byte[] sent = Loops.random(length);
            client.writeAndFlush(loops.buffer(sent)).sync();
            assertThat(collector.await(length)).isEqualTo(sent);
            loops.awaitNoBuffers();
        }
        client.config().setOption(IocpChannelOption.ZERO_BYTE_READS, false);
        client.writeAndFlush(loops.buffer(Loops.random(10))).sync();
        assertThat(collector.await(10)).isEqualTo(Loops.random(10));
        client.close().sync();
    }

    @Test
    void zeroByteReadsNoticeTheEndAndAReset() throws Exception {
        final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        for (final boolean reset : new boolean[] {false, true}) {
            final Collector collector = new Collector();
            final Channel client = loops.bootstrap(collector).option(IocpChannelOption.ZERO_BYTE_READS, true)
                    .connect(server.localAddress()).sync().channel();
            final Channel child = accepted.take();
            for (int i = 0; i < 2; i++) {
                // A busy connection waits with a buffer if the option does not forbid it.
                child.writeAndFlush(loops.buffer(Loops.random(1))).sync();
                collector.await(1);
            }
            if (reset) {
                child.config().setOption(ChannelOption.SO_LINGER, 0);
            }
            child.close().sync();
            if (reset) {
                assertThat(collector.event()).isInstanceOf(SocketException.class);
            }
            assertThat(collector.event()).isEqualTo("inactive");
            client.closeFuture().sync();
        }
    }

    @Test
    void zeroByteReadsWaitForAutoRead() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final Channel client = loops.bootstrap(collector).option(IocpChannelOption.ZERO_BYTE_READS, true)
                .option(ChannelOption.AUTO_READ, false).connect(server.localAddress()).sync().channel();
        for (int i = 1; i <= 3; i++) {
            client.writeAndFlush(loops.buffer(Loops.random(i))).sync();
            client.read();
            assertThat(collector.await(i)).isEqualTo(Loops.random(i));
        }
        client.config().setAutoRead(true);
        client.writeAndFlush(loops.buffer(Loops.random(20)));
        assertThat(collector.await(20)).isEqualTo(Loops.random(20));
    }
}
