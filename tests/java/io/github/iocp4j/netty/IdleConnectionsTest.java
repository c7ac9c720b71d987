package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Garbage;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that are open and wait: what each costs, and that they still work. */
@Tag("deep")
@Timeout(240)
final class IdleConnectionsTest {
    private static final int CONNECTIONS = 1_000;

    @Test
    void aThousandConnectionsWaitAndWork() throws Exception {
        final long nio = measure(new ServerBootstrap().channel(NioServerSocketChannel.class),
                new Bootstrap().channel(NioSocketChannel.class), NioIoHandler.newFactory());
        final long iocp = measure(server(), client(), IocpIoHandler.newFactory());
        final long zeroByteReads = measure(server().childOption(IocpChannelOption.ZERO_BYTE_READS, true),
                client().option(IocpChannelOption.ZERO_BYTE_READS, true), IocpIoHandler.newFactory());
        System.out.println("Figures: an idle connection of Netty, both ends, keeps " + iocp + " bytes in the JVM with"
                + " iocp4j-netty, " + zeroByteReads + " with reads of 0 bytes, " + nio + " with NIO");
        assertThat(iocp).isLessThan(nio);
        assertThat(zeroByteReads).isLessThan(nio);
    }

    private static ServerBootstrap server() {
        return new ServerBootstrap().channel(IocpServerSocketChannel.class);
    }

    private static Bootstrap client() {
        return new Bootstrap().channel(IocpSocketChannel.class);
    }

    private static long measure(final ServerBootstrap server, final Bootstrap client, final IoHandlerFactory factory)
            throws Exception {
        final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, factory);
        final Channel listening = server.group(group).childOption(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.SO_BACKLOG, CONNECTIONS)
                .childHandler(Loops.initializer(Loops.Echo::new)).bind(Loops.loopback(0)).sync().channel();
        final Bootstrap bootstrap = client.group(group).option(ChannelOption.ALLOCATOR, allocator);
        connect(bootstrap, listening, new Loops.Collector());
        final long before = used(allocator);
        final List<Loops.Collector> collectors = new ArrayList<>();
        final List<Channel> clients = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            collectors.add(new Loops.Collector());
            clients.add(connect(bootstrap, listening, collectors.get(i)));
        }
        final long each = (used(allocator) - before) / CONNECTIONS;
        clients.forEach(channel -> channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {1})));
        for (final Loops.Collector collector : collectors) {
            assertThat(collector.await(1)).containsExactly((byte) 1);
        }
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        return each;
    }

    /** Connects, and waits until the server has answered, so that it has accepted. */
    private static Channel connect(final Bootstrap bootstrap, final Channel server, final Loops.Collector collector)
            throws Exception {
        final ChannelFuture connect = bootstrap.clone().handler(collector).connect(server.localAddress());
        connect.sync().channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {0}));
        assertThat(collector.await(1)).containsExactly((byte) 0);
        return connect.channel();
    }

    private static long used(final UnpooledByteBufAllocator allocator) throws InterruptedException {
        Garbage.collect();
        final Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory() + allocator.metric().usedDirectMemory();
    }
}
