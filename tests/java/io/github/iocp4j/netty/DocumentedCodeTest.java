package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The code that README and the package's page show; {@link GrpcOverPipeTest} has the rest. */
@Timeout(120)
final class DocumentedCodeTest {
    private final Collector collector = new Collector();
    private final ChannelHandler echo = Loops.initializer(Echo::new);

    @Test
    void talksOverTcp() throws Exception {
        final IoHandlerFactory loops = IocpIoHandler.newFactory(); // was: NioIoHandler
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(loops);
        final ServerBootstrap server = new ServerBootstrap().group(group)
                .channel(IocpServerSocketChannel.class); // was: NioServerSocketChannel
        final Bootstrap client = new Bootstrap().group(group)
                .channel(IocpSocketChannel.class); // was: NioSocketChannel

        final Channel bound = server.childHandler(echo).bind(Loops.loopback(0)).sync().channel();
        answers(client.handler(collector).connect(bound.localAddress()).sync().channel());
        end(group);
    }

    @Test
    void talksOverAPipe() throws Exception {
        final String name = PipePair.newName();
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(IocpIoHandler.newFactory());
        new ServerBootstrap().group(group).channel(IocpNamedPipeServerChannel.class)
                .childHandler(echo).bind(NamedPipeAddress.of(name)).sync();
        final Channel client = new Bootstrap().group(group).channel(IocpNamedPipeChannel.class)
                .handler(collector).connect(NamedPipeAddress.of(name)).sync().channel();

        answers(client);
        end(group);
    }

    private void answers(final Channel client) throws Exception {
        client.writeAndFlush(Unpooled.copiedBuffer(Loops.random(100))).sync();
        assertThat(collector.await(100)).isEqualTo(Loops.random(100));
    }

    private static void end(final EventLoopGroup group) {
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).awaitUninterruptibly(1, TimeUnit.MINUTES))
                .isTrue();
    }
}
