package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop that ends tells its channels. */
@Timeout(120)
final class LoopShutdownTest {
    @AutoClose
    private final Loops loops = new Loops();

    /** The shutdown comes after the loop has looked for one, and the loop ends in the same round. */
    @Test
    void handlersLearnOfTheEndOfALoopWithoutAQuietPeriod() throws Exception {
        final Channel server = loops.serve(Echo::new);
        for (int round = 0; round < 20; round++) {
            final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
            final List<String> events = new CopyOnWriteArrayList<>();
            final List<Channel> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(loops.bootstrap(new Ends(events)).clone(group).connect(server.localAddress()).sync()
                        .channel());
            }
            final CountDownLatch shutDown = new CountDownLatch(1);
            group.execute(() -> {
                try {
                    shutDown.await();
                } catch (final InterruptedException unexpected) {
                    Thread.currentThread().interrupt();
                }
            });
            group.shutdownGracefully(0, 1, TimeUnit.MINUTES);
            shutDown.countDown();
            assertThat(group.terminationFuture().await(1, TimeUnit.MINUTES)).isTrue();
            for (final Channel client : clients) {
                assertThat(client.closeFuture().isDone()).isTrue();
            }
            assertThat(events).hasSize(6).containsOnly("inactive", "unregistered");
        }
    }

    /** Another poller has the completion of an operation of the channel, so that the loop never gets it. */
    @Test
    void promisesFailWhenACompletionDoesNotCome() throws Exception {
        final Channel server = loops.serve(ChannelInboundHandlerAdapter::new);
        final IoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, shortFactory());
        final Keeping keeping = new Keeping();
        final IocpIoRegistration registration =
                group.next().register(keeping).sync().getNow().attachment();
        final List<String> events = new CopyOnWriteArrayList<>();
        final Channel client = loops.bootstrap(new Ends(events)).clone(group)
                .option(ChannelOption.ALLOCATOR, loops.allocator()).connect(server.localAddress()).sync().channel();
        final CountDownLatch started = new CountDownLatch(1);
        client.eventLoop().execute(() -> {
            // Fails at once, which is a completion like any other.
            ((IocpSocketChannel) client).device()
                    .connect((InetSocketAddress) server.localAddress(), registration.token(1));
            started.countDown();
            Uninterruptibly.await(keeping.reached);
        });
        started.await();
        final Thread thief = new Thread(() -> {
            try (CompletionPoller poller = registration.port().openPoller()) {
                while (keeping.reached.getCount() > 0) {
                    poller.poll();
                }
            }
        });
        thief.start();
        keeping.reached.await();
        final List<ChannelFuture> writes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            writes.add(client.writeAndFlush(loops.buffer(Loops.random(500_000))));
        }
        final ChannelFuture close = client.close();
        final ChannelFuture second = client.close();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(close.isDone()).isTrue();
        assertThat(close.cause()).isInstanceOf(IOException.class).hasMessageContaining("no completion");
        assertThat(second.cause()).isSameAs(close.cause());
        assertThat(client.closeFuture().isDone()).isTrue();
        // How many have succeeded depends on how soon the peer reads.
        assertThat(writes).allMatch(
                write -> write.isSuccess() || write.cause() instanceof ClosedChannelException);
        assertThat(events).containsExactly("inactive", "unregistered");
        assertThat(registration.port().snapshot().devices()).as("the handle stays open").isNotEmpty();
        keeping.end.countDown();
        thief.join();
    }

    /** With {@code SO_LINGER} another thread closes the handle, and may do so too late. */
    @Test
    void promisesFailWhenAHandleIsNotClosedInTime() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, shortFactory());
        final Channel client = loops.bootstrap(new ChannelInboundHandlerAdapter()).clone(group)
                .option(ChannelOption.SO_LINGER, 5).connect(server.localAddress()).sync().channel();
        final CountDownLatch end = new CountDownLatch(1);
        GlobalEventExecutor.INSTANCE.execute(() -> Uninterruptibly.await(end));
        try {
            final ChannelFuture close = client.close();
            group.shutdownGracefully(0, 1, TimeUnit.MINUTES);
            assertThat(close.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(close.cause()).isInstanceOf(IOException.class);
            assertThat(client.closeFuture().isDone()).isTrue();
        } finally {
            end.countDown();
        }
        assertThat(group.terminationFuture().await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aHandleThatDoesNotCloseKeepsNothingElseOpen() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final IoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final IocpIoRegistration registration = group.next().register(new IocpIoHandle() {
            @Override
            public void handle(final IoRegistration registered, final IoEvent event) {
                throw new AssertionError("It starts nothing");
            }

            @Override
            public void close() {
                throw new AssertionError("expected");
            }
        }).sync().getNow().attachment();
        final Channel client = loops.bootstrap(new ChannelInboundHandlerAdapter()).clone(group)
                .connect(server.localAddress()).sync().channel();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(client.closeFuture().isDone()).isTrue();
        assertThat(registration.port().isOpen()).isFalse();
    }

    @Test
    void aLoopThatHasEndedRefusesChannels() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final Channel registered = loops.bootstrap(new ChannelInboundHandlerAdapter()).clone(group).register().sync()
                .channel();
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
        assertThat(registered.connect(server.localAddress()).await().cause())
                .isInstanceOf(RejectedExecutionException.class);
        assertThat(registered.isOpen()).isFalse();
        final ChannelFuture connect = loops.bootstrap(new ChannelInboundHandlerAdapter()).clone(group)
                .connect(server.localAddress()).await();
        assertThat(connect.cause()).isInstanceOf(RejectedExecutionException.class);
        assertThat(connect.channel().isOpen()).isFalse();
        for (final Channel channel : List.of(new IocpSocketChannel(), new IocpServerSocketChannel(),
                new IocpDatagramChannel(), new IocpNamedPipeChannel(), new IocpNamedPipeServerChannel())) {
            assertThat(group.register(channel).await().cause()).isInstanceOf(RejectedExecutionException.class);
            assertThat(channel.closeFuture().await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(channel.isOpen()).isFalse();
            if (channel.config() instanceof SocketChannelConfig) {
                assertThatThrownBy(((SocketChannelConfig) channel.config())::getReceiveBufferSize)
                        .as("its handle is closed").isInstanceOf(ChannelException.class);
            }
        }
    }

    private static IoHandlerFactory shortFactory() {
        return IocpIoHandler.newFactory(Duration.ofMillis(300));
    }

    /** Does not return from the handling of its completion. */
    private static final class Keeping implements IocpIoHandle {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        @Override
        public void handle(final IoRegistration registration, final IoEvent event) {
            reached.countDown();
            Uninterruptibly.await(end);
        }

        @Override
        public void close() {
            // It owns nothing.
        }
    }

    /** Records the end of its channel. */
    private static final class Ends extends ChannelInboundHandlerAdapter {
        private final List<String> events;

        Ends(final List<String> events) {
            this.events = events;
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            events.add("inactive");
        }

        @Override
        public void channelUnregistered(final ChannelHandlerContext context) {
            events.add("unregistered");
        }
    }
}
