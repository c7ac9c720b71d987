package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that one loop accepts and others serve, each on its own port. */
@Timeout(120)
final class PortPerLoopTest {
    private static final int LOOPS = 4;
    private static final int CONNECTIONS_EACH = 10;

    private final EventLoopGroup acceptors = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
    private final EventLoopGroup clients = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
    private final EventLoopGroup servers = new MultiThreadIoEventLoopGroup(LOOPS, IocpIoHandler.newFactory());
    private final Map<EventLoop, AtomicInteger> served = new ConcurrentHashMap<>();

    @Test
    void sockets() throws Exception {
        serve(IocpServerSocketChannel.class, IocpSocketChannel.class, Loops.loopback(0));
    }

    @Test
    void pipes() throws Exception {
        serve(IocpNamedPipeServerChannel.class, IocpNamedPipeChannel.class, NamedPipeAddress.of(PipePair.newName()));
    }

    private void serve(final Class<? extends ServerChannel> server, final Class<? extends Channel> client,
            final SocketAddress address) throws Exception {
        final Channel listening = new ServerBootstrap().group(acceptors, servers).channel(server)
                .childHandler(Loops.initializer(Counting::new)).bind(address).sync().channel();
        final List<Loops.Collector> collectors = new ArrayList<>();
        for (int i = 0; i < LOOPS * CONNECTIONS_EACH; i++) {
            final Loops.Collector collector = new Loops.Collector();
            collectors.add(collector);
            new Bootstrap().group(clients).channel(client).handler(collector).connect(listening.localAddress())
                    .sync().channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] {(byte) i}));
        }
        for (int i = 0; i < collectors.size(); i++) {
            assertThat(collectors.get(i).await(1)).containsExactly((byte) i);
        }
        assertThat(served).hasSize(LOOPS).doesNotContainKey(listening.eventLoop());
        assertThat(served.values()).allMatch(count -> count.get() == CONNECTIONS_EACH);
        for (final EventLoopGroup group : List.of(acceptors, clients, servers)) {
            assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        }
    }

    /** Answers, and counts on its loop's thread. */
    private final class Counting extends SimpleChannelInboundHandler<Object> {
        Counting() {
            super(false);
        }

        @Override
        protected void channelRead0(final ChannelHandlerContext context, final Object message) {
            final EventLoop loop = context.channel().eventLoop();
            assertThat(loop.inEventLoop()).isTrue();
            served.computeIfAbsent(loop, first -> new AtomicInteger()).incrementAndGet();
            context.writeAndFlush(message);
        }
    }
}
