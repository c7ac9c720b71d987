package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** TCP between channels of the transport, and with others. Each test also checks that every buffer is released. */
@Timeout(120)
final class SocketChannelsTest {
    private static final int MEBIBYTE = 1 << 20;

    private final Loops loops = new Loops();

    @AfterEach
    void closeLoops() {
        loops.close();
    }

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

    private Channel unread(final Channel server, final Collector collector) throws InterruptedException {
        return loops.bootstrap(collector).option(ChannelOption.AUTO_READ, false).connect(server.localAddress()).sync()
                .channel();
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
    void connectsToThisHostByTheWildcardAddress() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final int port = ((InetSocketAddress) server.localAddress()).getPort();
        final Channel client = loops.bootstrap(collector).connect(new InetSocketAddress(port)).sync().channel();
        assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        client.writeAndFlush(loops.buffer(Loops.random(10)));
        assertThat(collector.await(10)).isEqualTo(Loops.random(10));
    }

    @Test
    void refusesAConnectAsOtherTransportsDo() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final InetSocketAddress gone = (InetSocketAddress) server.localAddress();
        server.close().sync();
        assertThatThrownBy(() -> loops.bootstrap(new Echo()).connect(gone).sync())
                .isInstanceOf(ConnectException.class).hasMessageContaining("WSAECONNREFUSED");
        assertThatThrownBy(() -> loops.bootstrap(new Echo()).disableResolver()
                .connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)).sync())
                .isInstanceOf(UnresolvedAddressException.class);
    }

    @Test
    void refusesMisuseOfAConnection() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Channel client = loops.connect(server, new Collector());
        assertThatThrownBy(() -> client.connect(server.localAddress()).sync())
                .isInstanceOf(AlreadyConnectedException.class);
        assertThatThrownBy(() -> client.writeAndFlush("text").sync())
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("String");
        client.close().sync();
        client.close().sync();
        assertThatThrownBy(() -> client.writeAndFlush(loops.buffer(new byte[9])).sync())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> client.connect(server.localAddress()).sync())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> client.config().setOption(ChannelOption.SO_SNDBUF, 1_000))
                .isInstanceOf(ChannelException.class);
        final Channel unconnected = loops.bootstrap(new Collector()).register().sync().channel();
        assertThatThrownBy(() -> unconnected.writeAndFlush(loops.buffer(new byte[9])).sync())
                .isInstanceOf(NotYetConnectedException.class);
    }

    @Test
    void endsAConnectThatIsClosedOrCancelled() throws Exception {
        // Nobody accepts: but Windows completes such a connect from the backlog, so that either outcome is right.
        final Channel server = loops.serverBootstrap(Echo::new).option(ChannelOption.AUTO_READ, false)
                .bind(Loops.loopback(0)).sync().channel();
        for (int i = 0; i < 50; i++) {
            final Channel client = loops.bootstrap(new Collector()).register().sync().channel();
            final ChannelFuture[] connects = new ChannelFuture[2];
            client.eventLoop().submit(() -> {
                connects[0] = client.connect(server.localAddress());
                connects[1] = client.connect(server.localAddress());
            }).sync();
            assertThatThrownBy(connects[1]::sync).isInstanceOf(ConnectionPendingException.class);
            if (i % 2 == 0) {
                connects[0].cancel(false);
            }
            client.close().sync();
            assertThat(connects[0].await().isDone()).isTrue();
            assertThat(client.isOpen()).isFalse();
        }
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
            assertThat(write.await().isDone()).isTrue();
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

    @Test
    void acceptsOnlyWhenAsked() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .option(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        loops.connect(server, new Collector());
        loops.connect(server, new Collector());
        server.eventLoop().submit(() -> { }).sync();
        assertThat(accepted).isEmpty();
        server.read();
        accepted.take();
        server.read();
        accepted.take();
    }

    @Test
    void bindsAnAddressOnce() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final InetSocketAddress address = (InetSocketAddress) server.localAddress();
        assertThatThrownBy(() -> loops.serverBootstrap(Echo::new).bind(address).sync())
                .isInstanceOf(BindException.class);
        server.close().sync();
        final Channel again = loops.serverBootstrap(Echo::new).bind(address).sync().channel();
        assertThat(again.localAddress()).isEqualTo(address);
        final Channel client = loops.bootstrap(new Collector())
                .connect(address, Loops.loopback(0)).sync().channel();
        assertThat(((InetSocketAddress) client.localAddress()).getAddress()).isEqualTo(address.getAddress());
        assertThatThrownBy(() -> loops.bootstrap(new Collector()).bind(client.localAddress()).sync())
                .isInstanceOf(BindException.class);
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
        assertThat(client.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
        assertThat(client.config().getOption(ChannelOption.TCP_NODELAY)).isTrue();
        assertThat(client.config().getOption(ChannelOption.SO_REUSEADDR)).isFalse();
        assertThat(client.config().getOption(ChannelOption.ALLOW_HALF_CLOSURE)).isFalse();
        assertThat(client.config().getOptions()).containsKeys(ChannelOption.SO_SNDBUF, ChannelOption.AUTO_READ);
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
                .isInstanceOf(Exception.class);
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
