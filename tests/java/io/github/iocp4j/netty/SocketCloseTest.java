package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.util.concurrent.Promise;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of TCP connections, also without a read. Each test also checks that every buffer is released. */
@Timeout(120)
final class SocketCloseTest {
    private static final int MEBIBYTE = 1 << 20;

    @AutoClose
    private final Loops loops = new Loops();

    @Test
    void noticesTheEndWithoutReading() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .childOption(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        final Collector collector = new Collector();
        final Channel silent = loops.connect(server, new Collector());
        final Channel child = accepted.take();
        silent.close().sync();
        assertThat(child.closeFuture().await(1, MINUTES)).isTrue();

        final Channel reading = unread(server, collector);
        final Channel other = accepted.take();
        for (int i = 1; i <= 3; i++) {
            reading.read();
            other.writeAndFlush(loops.buffer(Loops.random(i))).sync();
            assertThat(collector.await(i)).isEqualTo(Loops.random(i));
        }
        other.close().sync();
        assertThat(reading.closeFuture().await(1, MINUTES)).isTrue();
    }

    @Test
    void noticesAnEndThatIsThereAlready() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Collector collector = new Collector();
        final Channel client = unread(server, collector);
        final Channel child = accepted.take();
        child.writeAndFlush(loops.buffer(Loops.random(5))).sync();
        child.close().sync();
        client.read();
        assertThat(collector.await(5)).isEqualTo(Loops.random(5));
        assertThat(client.closeFuture().await(1, MINUTES)).isTrue();
    }

    @Test
    void noticesTheEndByAReadThatIsNotWantedAnyMore() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        for (final boolean reset : new boolean[] {false, true}) {
            final Collector collector = new Collector();
            final Channel client = loops.connect(server, collector);
            final Channel child = accepted.take();
            child.writeAndFlush(loops.buffer(Loops.random(5))).sync();
            collector.await(5);
            client.eventLoop().submit(() -> client.config().setAutoRead(false)).sync();
            child.config().setOption(ChannelOption.SO_LINGER, reset ? 0 : -1);
            child.close().sync();
            assertThat(client.closeFuture().await(1, MINUTES)).isTrue();
            if (reset) {
                assertThat(collector.event()).isInstanceOf(SocketException.class);
            }
            assertThat(collector.event()).isEqualTo("inactive");
        }
    }

    /** A read starts when the loop has done its tasks. Until then the program may change its mind. */
    @Test
    void startsNoReadThatIsNotWantedAnyMore() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Channel closing = unread(server, new Collector());
        closing.eventLoop().submit(() -> {
            closing.read();
            return closing.close();
        }).sync();
        assertThat(closing.closeFuture().await(1, MINUTES)).isTrue();
        accepted.take();

        final Collector collector = new Collector();
        final Channel moved = unread(server, collector);
        moved.eventLoop().submit(() -> {
            moved.read();
            return moved.deregister();
        }).sync().getNow().sync();
        accepted.take().writeAndFlush(loops.buffer(Loops.random(5))).sync();
        moved.eventLoop().register(moved).sync();
        moved.read();
        assertThat(collector.await(5)).isEqualTo(Loops.random(5));

        final Promise<Void> stopped = loops.group().next().newPromise();
        final Channel reading = loops.connect(server, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(final ChannelHandlerContext context) {
                // Its read is scheduled before this task runs.
                context.executor().execute(() -> {
                    context.channel().config().setAutoRead(false);
                    stopped.trySuccess(null);
                });
            }
        });
        final Channel other = accepted.take();
        other.writeAndFlush(loops.buffer(Loops.random(5))).sync();
        stopped.sync();
        other.close();
        assertThat(reading.closeFuture().await(1, MINUTES)).isTrue();
    }

    @Test
    void takesNoDataForTheEndWhenReadsComeFromOtherThreads() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final Channel client = unread(server, collector);
        for (int i = 1; i <= 300; i++) {
            client.writeAndFlush(loops.buffer(new byte[] {(byte) i}));
            while (collector.size() == 0) {
                client.read();
            }
            assertThat(collector.await(1)).containsExactly((byte) i);
        }
        assertThat(client.isActive()).isTrue();
    }

    private Channel unread(final Channel server, final Collector collector) throws InterruptedException {
        return loops.bootstrap(collector).option(ChannelOption.AUTO_READ, false).connect(server.localAddress()).sync()
                .channel();
    }

    @Test
    void aForcedCloseReleasesWhatWaitsForARead() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        for (int i = 0; i < 10; i++) {
            final Channel client = loops.connect(server, new Collector());
            client.eventLoop().submit(() -> client.config().setAutoRead(false)).sync();
            final Channel child = accepted.take();
            child.writeAndFlush(loops.buffer(Loops.random(5))).sync();
            client.eventLoop().submit(() -> { }).sync();
            client.eventLoop().submit(() -> client.unsafe().closeForcibly()).sync();
            assertThat(child.closeFuture().await(1, MINUTES)).isTrue();
        }
        loops.awaitNoBuffers();
    }

    @Test
    void closesWithOperationsInFlight() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .childOption(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        final List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            writes.add(client.writeAndFlush(loops.buffer(new byte[MEBIBYTE])));
        }
        client.close().sync();
        assertThat(writes.get(63).await().cause()).isInstanceOf(ClosedChannelException.class);
        for (final ChannelFuture write : writes) {
            assertThat(write.await().isSuccess() || write.cause() instanceof ClosedChannelException)
                    .as("outcome: %s", write.cause()).isTrue();
        }
        assertThat(collector.event()).isEqualTo("inactive");
        accepted.take().close().sync();
    }

    @Test
    void reportsAReset() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        final Channel child = accepted.take();
        child.config().setOption(ChannelOption.SO_LINGER, 0);
        child.close().sync();
        assertThat(collector.event()).isInstanceOf(SocketException.class)
                .satisfies(cause -> assertThat((Throwable) cause).hasMessageContaining("Connection reset"));
        assertThat(collector.event()).isEqualTo("inactive");
        client.closeFuture().sync();
    }

    @Test
    void answersAfterTheEndOfTheInput() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Collector atServer = new Collector();
        final Channel server = loops.serverBootstrap(() -> Loops.initializer(() -> {
            return new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(final ChannelHandlerContext context) {
                    context.pipeline().addLast(atServer);
                    accepted.add(context.channel());
                }
            };
        })).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).bind(Loops.loopback(0)).sync().channel();
        final Collector atClient = new Collector();
        final IocpSocketChannel client = (IocpSocketChannel) loops.connect(server, atClient);
        final byte[] question = Loops.random(4 * MEBIBYTE);
        client.writeAndFlush(loops.buffer(question));
        client.shutdownOutput().sync();
        assertThat(client.isOutputShutdown()).isTrue();
        // The write that was in flight is complete at the other end; what was not started fails.
        assertThat(atServer.event()).isEqualTo(ChannelInputShutdownEvent.INSTANCE);
        assertThat(atServer.event()).isEqualTo(ChannelInputShutdownReadComplete.INSTANCE);
        final IocpSocketChannel child = (IocpSocketChannel) accepted.take();
        assertThat(child.isInputShutdown()).isTrue();
        child.writeAndFlush(loops.buffer(Loops.random(1_000))).sync();
        assertThat(atClient.await(1_000)).isEqualTo(Loops.random(1_000));
        assertThat(client.isShutdown()).isFalse();
        child.shutdown().sync();
        assertThat(atClient.event()).isInstanceOf(ChannelOutputShutdownEvent.class);
        assertThat(atClient.event()).isEqualTo("inactive");
        assertThat(atServer.size()).isPositive();
        child.close().sync();
    }

    @Test
    void aCloseAtTheEndOfTheInputIsTheLastEvent() throws Exception {
        final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Collector collector = new Collector();
        final Channel client = loops.bootstrap(new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
                context.close();
                context.fireUserEventTriggered(event);
            }
        }).option(ChannelOption.ALLOW_HALF_CLOSURE, true).connect(server.localAddress()).sync().channel();
        Loops.add(client, collector);
        ((IocpSocketChannel) accepted.take()).shutdownOutput().sync();
        assertThat(collector.event()).isSameAs(ChannelInputShutdownEvent.INSTANCE);
        assertThat(collector.event()).isEqualTo("inactive");
    }

    @Test
    void shutsTheInputDown() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final IocpSocketChannel client = (IocpSocketChannel) loops.connect(server, collector);
        client.config().setAllowHalfClosure(true);
        client.shutdownInput().sync();
        assertThat(client.isInputShutdown()).isTrue();
        assertThat(collector.event()).isEqualTo(ChannelInputShutdownReadComplete.INSTANCE);
        client.close().sync();
    }

    @Test
    void endsWithItsLoop() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, IocpIoHandler.newFactory());
        final List<Channel> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(loops.bootstrap(new Collector()).clone(group).connect(server.localAddress()).sync()
                    .channel());
            clients.get(i).writeAndFlush(loops.buffer(new byte[MEBIBYTE]));
        }
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        for (final Channel client : clients) {
            assertThat(client.closeFuture().await(1, MINUTES)).isTrue();
        }
        assertThatThrownBy(() -> loops.bootstrap(new Collector()).clone(group).connect(server.localAddress()).sync())
                .isInstanceOf(RejectedExecutionException.class);
    }
}
