package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TCP between channels of the transport, and with others. Each test also checks that every buffer is released. */
@Timeout(300)
final class SocketChannelsTest {
    private static final int MEBIBYTE = 1 << 20;

    @AutoClose
    private final Loops loops = new Loops();

    @Test
    void echoesSmallAndLarge() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        for (final int length : new int[] {1, 100, 65_536, MEBIBYTE + 1, 8 * MEBIBYTE}) {
            final byte[] sent = Loops.random(length);
            client.writeAndFlush(loops.buffer(sent));
            assertThat(collector.await(length)).isEqualTo(sent);
        }
        assertThat(client.localAddress()).isInstanceOf(InetSocketAddress.class);
        assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        client.close().sync();
        assertThat(collector.event()).isEqualTo("inactive");
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void writesBuffersOfEachKind() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        final byte[] expected = Loops.random(100 * 1_000);
        final List<ChannelFuture> written = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            final ByteBuf part = Unpooled.wrappedBuffer(expected, i * 1_000, 1_000);
            final CompositeByteBuf composite = loops.allocator().compositeDirectBuffer();
            switch (i % 4) {
                case 0:
                    written.add(client.write(part));
                    break;
                case 1:
                    written.add(client.write(loops.allocator().directBuffer().writeBytes(part)));
                    break;
                case 2:
                    composite.addComponent(true, loops.allocator().directBuffer().writeBytes(part, 400));
                    composite.addComponent(true, loops.allocator().directBuffer().writeBytes(part));
                    written.add(client.write(composite.retain()));
                    break;
                default:
                    written.add(client.write(Unpooled.EMPTY_BUFFER));
                    written.add(client.write(loops.allocator().directBuffer()));
                    written.add(client.write(part));
                    break;
            }
            composite.release();
        }
        client.flush();
        assertThat(collector.await(expected.length)).isEqualTo(expected);
        for (final ChannelFuture write : written) {
            assertThat(write.sync().isSuccess()).isTrue();
        }
    }

    @Test
    void aReleasedBufferFailsItsWrite() throws Exception {
        final Channel client = loops.connect(loops.serve(Echo::new), new Collector());
        final ByteBuf released = loops.allocator().heapBuffer().writeZero(10);
        released.release();
        assertThat(client.writeAndFlush(released).await().cause()).isInstanceOf(RuntimeException.class);
        assertThat(client.isOpen()).isTrue();
    }

    @Test
    void writesMoreThanOneOperationTakes() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        final CompositeByteBuf composite = loops.allocator().compositeDirectBuffer(500);
        final byte[] expected = Loops.random(200 * 10_000);
        for (int i = 0; i < 200; i++) {
            composite.addComponent(true, loops.allocator().directBuffer().writeBytes(expected, i * 10_000, 10_000));
        }
        client.writeAndFlush(composite).sync();
        assertThat(collector.await(expected.length)).isEqualTo(expected);
    }

    @Test
    void writesWhatWasFlushedWhileItWasNotRegistered() throws Exception {
        final Collector collector = new Collector();
        final Channel client = loops.connect(loops.serve(Echo::new), collector);
        client.deregister().sync();
        client.writeAndFlush(loops.buffer(Loops.random(5)));
        client.eventLoop().register(client).sync();
        assertThat(collector.await(5)).isEqualTo(Loops.random(5));
    }

    @Test
    void servesManyClients() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final List<Collector> collectors = new ArrayList<>();
        final List<Channel> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            collectors.add(new Collector());
        }
        final List<ChannelFuture> connects = new ArrayList<>();
        for (final Collector collector : collectors) {
            connects.add(loops.bootstrap(collector).connect(server.localAddress()));
        }
        for (final ChannelFuture connect : connects) {
            clients.add(connect.sync().channel());
        }
        for (int round = 1; round <= 10; round++) {
            final byte[] sent = Loops.random(round * 100);
            clients.forEach(client -> client.writeAndFlush(loops.buffer(sent)));
            for (final Collector collector : collectors) {
                assertThat(collector.await(sent.length)).isEqualTo(sent);
            }
        }
    }

    @Test
    void talksToOtherImplementations() throws Exception {
        final Channel server = loops.serve(Echo::new);
        try (Socket socket = new Socket()) {
            socket.connect(server.localAddress());
            final byte[] sent = Loops.random(100_000);
            final Thread writer = new Thread(() -> {
                try {
                    socket.getOutputStream().write(sent);
                } catch (final IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            writer.start();
            assertThat(socket.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            writer.join();
        }
        final EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        final Collector collector = new Collector();
        final Channel client = new Bootstrap().group(nio).channel(NioSocketChannel.class).handler(collector)
                .connect(server.localAddress()).sync().channel();
        client.writeAndFlush(Unpooled.wrappedBuffer(Loops.random(3))).sync();
        assertThat(collector.await(3)).isEqualTo(Loops.random(3));
        nio.shutdownGracefully(0, 1, MINUTES).sync();
    }

    @Test
    void readsOnlyWhenAsked() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Collector collector = new Collector();
        final Channel client = loops.bootstrap(collector).option(ChannelOption.AUTO_READ, false)
                .connect(server.localAddress()).sync().channel();
        final Channel child = accepted.take();
        child.writeAndFlush(loops.buffer(Loops.random(100))).sync();
        // A second round trip through the loops: data that was delivered would be there.
        client.writeAndFlush(loops.buffer(new byte[1])).sync();
        assertThat(collector.size()).isZero();
        client.read();
        assertThat(collector.await(100)).isEqualTo(Loops.random(100));

        // With auto-read a read is in flight; what it gets after auto-read is off waits for read().
        client.config().setAutoRead(true);
        child.writeAndFlush(loops.buffer(Loops.random(50))).sync();
        assertThat(collector.await(50)).hasSize(50);
        client.config().setAutoRead(false);
        client.eventLoop().submit(() -> { }).sync();
        child.writeAndFlush(loops.buffer(Loops.random(60))).sync();
        client.eventLoop().submit(() -> { }).sync();
        assertThat(collector.size()).isZero();
        client.read();
        assertThat(collector.await(60)).isEqualTo(Loops.random(60));
    }

    /** Another thread turns it off, and the loop learns of that last. */
    @Test
    void readsWhenTheLoopHasTurnedAutoReadOnAgain() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Collector collector = new Collector();
        final Channel client = loops.connect(loops.serve(() -> Loops.handingOver(accepted)), collector);
        final CountDownLatch off = new CountDownLatch(1);
        final Future<?> on = client.eventLoop().submit(() -> {
            Uninterruptibly.await(off);
            client.config().setAutoRead(true);
        });
        client.config().setAutoRead(false);
        off.countDown();
        on.sync();
        client.eventLoop().submit(() -> { }).sync();
        accepted.take().writeAndFlush(loops.buffer(Loops.random(10)));
        assertThat(collector.await(10)).isEqualTo(Loops.random(10));
    }

    @Test
    void setsOptions() throws Exception {
        final Channel server = loops.serverBootstrap(Echo::new).option(ChannelOption.SO_BACKLOG, 10)
                .option(ChannelOption.SO_RCVBUF, 40_000).option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true).bind(Loops.loopback(0)).sync().channel();
        assertThat(server.config().getOption(ChannelOption.SO_BACKLOG)).isEqualTo(10);
        assertThat(server.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(40_000);
        assertThat(server.config().getOption(ChannelOption.SO_REUSEADDR)).isTrue();
        final Channel client = loops.bootstrap(new Collector()).option(ChannelOption.SO_SNDBUF, 50_000)
                .option(ChannelOption.SO_LINGER, 0).connect(server.localAddress()).sync().channel();
        client.config().setOption(ChannelOption.SO_RCVBUF, 60_000);
        client.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        assertThat(client.config().getOption(ChannelOption.SO_SNDBUF)).isEqualTo(50_000);
        assertThat(client.config().getOption(ChannelOption.SO_RCVBUF)).isEqualTo(60_000);
        assertThat(client.config().getOption(ChannelOption.SO_LINGER)).isZero();
        client.config().setOption(ChannelOption.SO_LINGER, 100_000);
        assertThat(client.config().getOption(ChannelOption.SO_LINGER)).isEqualTo(65_535);
        client.config().setOption(ChannelOption.SO_LINGER, -2);
        assertThat(client.config().getOption(ChannelOption.SO_LINGER)).isEqualTo(-1);
        assertThat(client.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
        assertThat(client.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
        assertThat(client.config().getOption(ChannelOption.SO_REUSEADDR)).isFalse();
        assertThat(client.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isFalse();
        assertThat(client.config().getOptions()).containsKeys(ChannelOption.SO_SNDBUF, ChannelOption.AUTO_READ);
    }

    @Test
    void aBacklogOf0LeavesTheNumberToTheSystem() throws Exception {
        final Channel server = loops.serverBootstrap(Echo::new).option(ChannelOption.SO_BACKLOG, 0)
                .option(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        assertThat(server.config().getOption(ChannelOption.SO_BACKLOG)).isZero();
        for (int i = 0; i < 20; i++) {
            loops.connect(server, new Collector());
        }
    }

    @Test
    void staysOnItsLoop() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Channel client = loops.connect(server, new Collector());
        client.deregister().sync();
        final EventLoopGroup other = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        assertThatThrownBy(() -> other.register(client).sync()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("registered with another event loop before");
        Loops.awaitClosed(client);
        assertThat(other.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();

        final EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        assertThatThrownBy(() -> nio.register(new IocpSocketChannel()).sync())
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loops.group().register(new NioSocketChannel()).sync())
                .isInstanceOf(IllegalStateException.class);
        nio.shutdownGracefully(0, 1, MINUTES).sync();
    }

    @Test
    void goesOnAfterAHandlerHasThrown() throws Exception {
        final Channel server = loops.serve(() -> new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(final ChannelHandlerContext context, final Object message) {
                ((ByteBuf) message).release();
                throw new IllegalArgumentException("thrown by a test");
            }

            @Override
            public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
                context.writeAndFlush(Unpooled.wrappedBuffer(new byte[] {7}));
            }
        });
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        for (int i = 0; i < 3; i++) {
            client.writeAndFlush(loops.buffer(new byte[] {1}));
            assertThat(collector.await(1)).containsExactly(7);
        }
    }

    @Test
    void runsTasksWhileItWaits() throws Exception {
        for (int i = 0; i < 2_000; i++) {
            loops.group().next().submit(() -> { }).sync();
        }
        final CountDownLatch late = new CountDownLatch(3);
        for (final int delay : new int[] {1, 20, 35}) {
            final long began = System.nanoTime();
            loops.group().next().schedule(() -> {
                if (System.nanoTime() - began >= MILLISECONDS.toNanos(delay)) {
                    late.countDown();
                }
            }, delay, MILLISECONDS);
        }
        assertThat(late.await(1, MINUTES)).isTrue();
    }

    @Test
    void isAvailable() {
        assertThat(Iocp.isAvailable()).isTrue();
        assertThat(Iocp.unavailabilityCause()).isNull();
        Iocp.ensureAvailability();
    }
}
