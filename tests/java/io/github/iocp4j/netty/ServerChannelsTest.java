package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.AlreadyBoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers when clients are lost, and when programs use them in another order than usual. */
@Timeout(300)
final class ServerChannelsTest {
    @AutoClose
    private final Loops loops = new Loops();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

    @Test
    void clientsThatResetDoNotStopTheServer() throws Exception {
        final Ends events = new Ends();
        final Channel server = loops.serve(Echo::new);
        Loops.add(server, events);
        for (int i = 0; i < 100; i++) {
            connectAndReset(server);
        }
        assertEchoes(server);
        assertThat(server.config().isAutoRead()).isTrue();
        server.close().sync();
        assertThat(events.take()).isEqualTo("inactive");
    }

    @Test
    void aLostClientIsReplaced() throws Exception {
        final Ends events = new Ends();
        final Channel server = losing(2).childHandler(Loops.initializer(Echo::new)).bind(Loops.loopback(0)).sync()
                .channel();
        Loops.add(server, events);
        connectAndClose(server);
        connectAndClose(server);
        assertEchoes(server);
        assertThat(server.config().isAutoRead()).isTrue();
        server.close().sync();
        assertThat(events.take()).isEqualTo("inactive");
    }

    @Test
    void aLostClientTakesNoRead() throws Exception {
        final Channel server = losing(2).childHandler(Loops.initializer(() -> Loops.handingOver(accepted)))
                .option(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        server.read();
        connectAndClose(server);
        connectAndClose(server);
        loops.connect(server, new Collector());
        accepted.take();
    }

    @Test
    void reportsThatAllClientsAreLost() throws Exception {
        final Ends events = new Ends();
        final Channel server = losing(1_024).childHandler(Loops.initializer(Echo::new)).bind(Loops.loopback(0)).sync()
                .channel();
        Loops.add(server, events);
        for (int i = 0; i < 1_024; i++) {
            connectAndClose(server);
        }
        assertThat(events.take()).isInstanceOf(Win32Exception.class);
        assertEchoes(server);
    }

    /** With few, a loop that is busy with other connections would keep many new ones waiting. */
    @Test
    void acceptsManyClientsInOneTurnOfItsLoop() throws Exception {
        final AtomicInteger inTurn = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final Channel server = loops.serverBootstrap(Echo::new).handler(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(final ChannelHandlerContext context, final Object message) {
                if (inTurn.getAndIncrement() == 0) {
                    // Runs after the batch of this turn.
                    context.executor().execute(() -> most.accumulateAndGet(inTurn.getAndSet(0), Math::max));
                }
                context.fireChannelRead(message);
            }
        }).bind(Loops.loopback(0)).sync().channel();
        // In some rounds, Windows may not have taken all clients when the turn begins.
        for (int round = 0; round < 100 && most.get() <= 4; round++) {
            final CountDownLatch connected = new CountDownLatch(1);
            server.eventLoop().execute(() -> Uninterruptibly.await(connected));
            final List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                final Socket client = new Socket();
                client.connect(server.localAddress());
                clients.add(client);
            }
            connected.countDown();
            for (final Socket client : clients) {
                client.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
                client.close();
            }
        }
        assertThat(most.get()).isGreaterThan(4);
    }

    /** Each task would be a packet for the loop. */
    @Test
    void closesOfConnectionsAreNoTasksOfTheServersLoop() throws Exception {
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final Channel client = loops.connect(server, new Collector());
        final Channel child = accepted.take();
        final CountDownLatch closed = new CountDownLatch(1);
        final CountDownLatch blocked = new CountDownLatch(1);
        final Future<?> end = server.eventLoop().submit(() -> {
            blocked.countDown();
            Uninterruptibly.await(closed);
        });
        blocked.await();
        try {
            assertThat(child.eventLoop()).isNotSameAs(server.eventLoop());
            child.close().sync();
            assertThat(((SingleThreadEventExecutor) server.eventLoop()).pendingTasks()).isZero();
        } finally {
            closed.countDown();
        }
        end.sync();
        client.closeFuture().sync();
    }

    @Test
    void acceptsWhatWasReadBeforeTheBind() throws Exception {
        final Channel server = new IocpServerSocketChannel();
        server.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(final ChannelHandlerContext context, final Object message) {
                accepted.add((Channel) message);
            }
        });
        server.config().setAutoRead(false);
        loops.group().register(server).sync();
        server.read();
        server.bind(Loops.loopback(0)).sync();
        server.read();
        loops.connect(server, new Collector());
        accepted.take().unsafe().closeForcibly();
    }

    @Test
    void isBoundOnce() throws Exception {
        final Channel socket = loops.serve(Echo::new);
        assertThatThrownBy(() -> socket.bind(Loops.loopback(0)).sync()).isInstanceOf(AlreadyBoundException.class);
        assertEchoes(socket);
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        final Channel pipe = pipes(1, accepted).bind(address).sync().channel();
        assertThatThrownBy(() -> pipe.bind(NamedPipeAddress.of(PipePair.newName())).sync())
                .isInstanceOf(AlreadyBoundException.class);
        assertThat(pipe.localAddress()).isEqualTo(address);
        connectPipe(address);
        accepted.take();
    }

    /** Netty closes a connection so, and completes no promise, when the loop refuses it. */
    @Test
    void aConnectionThatIsClosedForciblyDoesNotCount() throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        final EventLoopGroup ended = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        assertThat(ended.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
        final Channel refusing = pipes(1, accepted, ended).bind(address).sync().channel();
        for (int i = 0; i < 3; i++) {
            connectPipe(address).closeFuture().sync();
        }
        refusing.close().sync();

        final BlockingQueue<Channel> children = new LinkedBlockingQueue<>();
        pipes(1, children).bind(address).sync();
        for (int i = 0; i < 3; i++) {
            final Channel client = connectPipe(address);
            final Channel child = children.take();
            child.eventLoop().submit(() -> child.unsafe().closeForcibly()).sync();
            client.closeFuture().sync();
        }
    }

    private ServerBootstrap pipes(final int connections, final BlockingQueue<Channel> children) {
        return pipes(connections, children, loops.group());
    }

    private ServerBootstrap pipes(
            final int connections, final BlockingQueue<Channel> children, final EventLoopGroup group) {
        return new ServerBootstrap().group(loops.group(), group).channel(IocpNamedPipeServerChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.ALLOCATOR, loops.allocator())
                .option(IocpChannelOption.PIPE_MAX_CONNECTIONS, connections)
                .childHandler(Loops.initializer(() -> Loops.handingOver(children)));
    }

    private Channel connectPipe(final NamedPipeAddress address) throws Exception {
        return new Bootstrap().group(loops.group()).channel(IocpNamedPipeChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator()).handler(new Collector()).connect(address).sync()
                .channel();
    }

    private ServerBootstrap losing(final int clients) {
        return new ServerBootstrap().group(loops.group()).channelFactory(() -> new LosingServer(clients))
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.ALLOCATOR, loops.allocator());
    }

    private void assertEchoes(final Channel server) throws Exception {
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        client.writeAndFlush(loops.buffer(Loops.random(10)));
        assertThat(collector.await(10)).isEqualTo(Loops.random(10));
        client.close().sync();
    }

    /** Without a reset, because Windows may notice that itself: then {@link LosingServer} has another one to lose. */
    private static void connectAndClose(final Channel server) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server.localAddress());
        }
    }

    private static void connectAndReset(final Channel server) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server.localAddress());
            socket.setSoLinger(true, 0);
        }
    }

    /** Records the failures and the end of a server, behind the handler that accepts. */
    private static final class Ends extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            events.add(cause);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            events.add("inactive");
        }

        Object take() throws InterruptedException {
            return events.take();
        }
    }

    /** A server for which the first clients are gone when it accepts them. */
    private static final class LosingServer extends AbstractIocpServerChannel {
        private final ChannelConfig config = new DefaultChannelConfig(this) {
            @Override
            protected void autoReadCleared() {
                LosingServer.this.autoReadCleared();
            }
        };
        private int toLose;
        private IocpIoHandler handler;
        private volatile SocketServer server;

        LosingServer(final int toLose) {
            this.toLose = toLose;
        }

        @Override
        public ChannelConfig config() {
            return config;
        }

        @Override
        Device device() {
            return server;
        }

        @Override
        void associate(final IocpIoHandler to) {
            handler = to;
        }

        @Override
        void closeDetached() {
            // There is a handle after the bind.
        }

        @Override
        void bindTo(final SocketAddress local) throws IOException {
            server = SocketServer.builder(handler.port(), local).listening(0).detached().open();
            activate(server.localAddress(), null);
        }

        @Override
        long startAccept(final long token) {
            return server.accept(token);
        }

        @Override
        int accepts() {
            return 1;
        }

        @Override
        @SuppressWarnings("unchecked")
        Channel connection(final CompletionEvent event) throws IOException {
            final DetachedSocket<StreamSocket> socket = (DetachedSocket<StreamSocket>) event.detached();
            if (toLose-- > 0) {
                socket.close();
                throw new Win32Exception("setsockopt", Win32Error.WSAEINVAL);
            }
            return new IocpSocketChannel(null, socket);
        }
    }
}
