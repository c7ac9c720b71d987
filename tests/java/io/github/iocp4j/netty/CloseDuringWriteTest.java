package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Uninterruptibly;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection is closed while Windows has not taken all data of a write. */
@Timeout(120)
final class CloseDuringWriteTest {
    /** As much as one write takes. */
    private static final int MESSAGE = 1 << 20;
    /** Of the sockets. Together they have no room for a message. */
    private static final int BUFFER = 1 << 14;

    @AutoClose
    private final Loops loops = new Loops();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final Loops.Collector collector = new Loops.Collector();
    private ChannelFuture inFlight;
    private ChannelFuture behind;
    private Channel server;

    @BeforeEach
    void serve() throws Exception {
        server = loops.serverBootstrap(() -> collector)
                .childOption(ChannelOption.AUTO_READ, false).option(ChannelOption.SO_RCVBUF, BUFFER)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelRead(
                            final ChannelHandlerContext context, final Object connection) {
                        // First, because it sets the options of the connection and registers it.
                        context.fireChannelRead(connection);
                        accepted.add((Channel) connection);
                    }
                }).bind(Loops.loopback(0)).sync().channel();
    }

    /** Connects, and writes two messages. The first one stays in flight, because the peer does not read. */
    private IocpSocketChannel connectAndWrite(final int linger) throws Exception {
        return connectAndWrite(loops.group(), linger);
    }

    private IocpSocketChannel connectAndWrite(final EventLoopGroup group, final int linger) throws Exception {
        final IocpSocketChannel client = (IocpSocketChannel) loops.bootstrap(new ChannelInboundHandlerAdapter())
                .clone(group).option(ChannelOption.SO_LINGER, linger).option(ChannelOption.SO_SNDBUF, BUFFER)
                .connect(server.localAddress()).sync().channel();
        inFlight = client.writeAndFlush(loops.buffer(Loops.random(MESSAGE)));
        behind = client.writeAndFlush(loops.buffer(Loops.random(MESSAGE)));
        assertThat(client.eventLoop().submit(client::isWriting).get()).isTrue();
        return client;
    }

    private static void assertFailed(final ChannelFuture write) throws InterruptedException {
        assertThat(write.await(1, MINUTES)).isTrue();
        assertThat(write.cause()).isInstanceOf(ClosedChannelException.class);
    }

    /** Closes the channel, lets the peer read, and checks that it gets the write in flight. The write behind fails. */
    private void assertSentWhileItCloses(final IocpSocketChannel client) throws Exception {
        final ChannelFuture close = client.close();
        assertThat(client.eventLoop().submit(client::isWriting).get()).as("goes on").isTrue();
        accepted.take().config().setAutoRead(true);
        assertThat(close.await(1, MINUTES)).isTrue();
        assertThat(close.isSuccess()).isTrue();
        assertThat(inFlight.sync().isSuccess()).isTrue();
        assertFailed(behind);
        assertThat(collector.await(MESSAGE)).isEqualTo(Loops.random(MESSAGE));
    }

    @Test
    void theWriteInFlightIsSentIfThePeerReads() throws Exception {
        final IocpSocketChannel client = connectAndWrite(60);
        assertSentWhileItCloses(client);
        assertThat(collector.event()).isEqualTo("inactive");
        assertThat(collector.size()).isZero();
    }

    @Test
    void theWriteOfAnEarlierRegistrationIsSentToo() throws Exception {
        final IocpSocketChannel client = connectAndWrite(60);
        client.deregister().sync();
        client.eventLoop().register(client).sync();
        assertSentWhileItCloses(client);
    }

    @Test
    void aPeerThatDoesNotReadDoesNotKeepTheChannelOpen() throws Exception {
        final Channel client = connectAndWrite(-1);
        assertThat(client.close().await(1, MINUTES)).isTrue();
        assertFailed(inFlight);
        assertFailed(behind);
    }

    /** A close with {@code SO_LINGER} may block that thread. */
    @Test
    void theTimeOfAWriteNeedsNoOtherThread() throws Exception {
        final Channel client = connectAndWrite(-1);
        final CountDownLatch end = new CountDownLatch(1);
        GlobalEventExecutor.INSTANCE.execute(() -> Uninterruptibly.await(end));
        try {
            final ChannelFuture close = client.close();
            assertThat(close.await(1, MINUTES)).isTrue();
            assertThat(close.isSuccess()).isTrue();
            assertFailed(inFlight);
        } finally {
            end.countDown();
        }
    }

    @Test
    void aLoopThatEndsNeedsNoOtherThreadEither() throws Exception {
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory());
        final Channel client = connectAndWrite(group, -1);
        final CountDownLatch end = new CountDownLatch(1);
        GlobalEventExecutor.INSTANCE.execute(() -> Uninterruptibly.await(end));
        try {
            final ChannelFuture close = client.close();
            group.shutdownGracefully(0, 1, MINUTES);
            assertThat(close.await(1, MINUTES)).isTrue();
            assertThat(close.isSuccess()).isTrue();
            assertFailed(inFlight);
        } finally {
            end.countDown();
        }
        assertThat(group.terminationFuture().await(1, MINUTES)).isTrue();
    }

    /** The write could go on for longer than the loop waits. */
    @Test
    void aLoopThatEndsCancelsTheWriteInTime() throws Exception {
        final EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, IocpIoHandler.newFactory(Duration.ofSeconds(4)));
        final Channel client = connectAndWrite(group, 60);
        final ChannelFuture close = client.close();
        group.shutdownGracefully(0, 1, MINUTES);
        assertThat(close.await(1, MINUTES)).isTrue();
        assertFailed(inFlight);
        if (!close.isSuccess()) {
            assertThat(close.cause()).hasMessageContaining("SO_LINGER");
        }
        // Ends the close of the handle.
        accepted.take().close().sync();
        assertThat(group.terminationFuture().await(1, MINUTES)).isTrue();
    }

    /** Netty closes the handle on the loop then, which goes on nevertheless. */
    @Test
    void aForcedCloseDoesNotLinger() throws Exception {
        final IocpSocketChannel client = connectAndWrite(3_600);
        final ChannelFuture close = client.close();
        client.eventLoop().submit(() -> client.unsafe().closeForcibly()).get();
        assertThat(close.await(1, MINUTES)).isTrue();
        client.eventLoop().submit(() -> { }).get();
    }

    @Test
    void theWriteSucceedsAlthoughAShutdownWaitsForIt() throws Exception {
        final IocpSocketChannel client = connectAndWrite(3_600);
        final ChannelFuture shutdown = client.shutdownOutput();
        final ChannelFuture close = client.close();
        assertFailed(shutdown);
        assertFailed(client.shutdownOutput());
        accepted.take().config().setAutoRead(true);
        assertThat(close.await(1, MINUTES)).isTrue();
        assertThat(inFlight.sync().isSuccess()).isTrue();
        assertFailed(behind);
        assertThat(collector.await(MESSAGE)).isEqualTo(Loops.random(MESSAGE));
    }

    @Test
    void aLoopThatEndsClosesSuchAChannel() throws Exception {
        final Channel client = connectAndWrite(-1);
        assertThat(loops.group().shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        assertThat(client.closeFuture().isDone()).isTrue();
        assertThat(inFlight.await(1, MINUTES)).isTrue();
        assertThat(behind.await(1, MINUTES)).isTrue();
    }

    @Test
    void aForcedCloseEndsTheWait() throws Exception {
        final IocpSocketChannel client = connectAndWrite(2);
        final ChannelFuture close = client.close();
        client.eventLoop().execute(() -> client.unsafe().closeForcibly());
        assertThat(close.await(1, MINUTES)).isTrue();
        assertFailed(inFlight);
    }

    /** {@code SO_LINGER} of 0 means that nothing is sent after the close. */
    @Test
    void aCloseWithAResetDoesNotWait() throws Exception {
        final IocpSocketChannel client = connectAndWrite(0);
        assertThat(client.eventLoop().submit(client::millisecondsForWrite).get()).isZero();
        assertThat(client.close().await(1, MINUTES)).isTrue();
        assertFailed(inFlight);
    }
}
