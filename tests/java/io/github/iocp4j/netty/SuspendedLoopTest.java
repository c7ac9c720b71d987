package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.AutoScalingEventExecutorChooserFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An auto-scaled group suspends no loop that still gets completions. */
@Timeout(120)
final class SuspendedLoopTest {
    private final Loops loops = new Loops();
    private final IoEventLoopGroup group = new MultiThreadIoEventLoopGroup(2, (Executor) null,
            new AutoScalingEventExecutorChooserFactory(1, 2, 20, MILLISECONDS, 0.2, 0.8, 1, 1, 1),
            IocpIoHandler.newFactory());
    private final IoEventLoop loop = group.next();
    /** The same loop. A suspended one has no thread. */
    private final SingleThreadEventExecutor single = (SingleThreadEventExecutor) loop;
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private Channel server;

    @BeforeEach
    void serve() throws Exception {
        server = loops.serverBootstrap(() -> Loops.handingOver(accepted)).childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.loopback(0)).sync().channel();
    }

    @AfterEach
    void closeLoops() throws Exception {
        assertThat(group.shutdownGracefully(0, 1, MINUTES).await(1, MINUTES)).isTrue();
        loops.close();
    }

    private Channel connect() throws InterruptedException {
        return loops.bootstrap(new ChannelInboundHandlerAdapter()).clone(loop).connect(server.localAddress()).sync()
                .channel();
    }

    /** Returns the writes. The last one stays in flight, because the peer does not read. */
    private List<ChannelFuture> writeUntilOneIsInFlight(final IocpSocketChannel client) throws Exception {
        final List<ChannelFuture> writes = new ArrayList<>();
        do {
            writes.add(client.writeAndFlush(loops.buffer(Loops.random(1 << 20))));
        } while (!loop.submit(client::isWriting).get());
        return writes;
    }

    private void suspend() throws Exception {
        Loops.suspend(single);
    }

    @Test
    void devicesOfACancelledHandleEnd() throws Exception {
        final Ending handle = new Ending();
        final IoRegistration counted = loop.register(handle).sync().getNow();
        final IocpIoRegistration registration = counted.attachment();
        registration.add(NamedPipeServer.builder(registration.port(), PipePair.newName()).listening(0).open())
                .accept(registration.token(0));
        loop.execute(() -> {
            counted.cancel();
            single.trySuspend();
        });
        assertThat(handle.aborted.await(1, MINUTES)).isTrue();
        assertThat(handle.unregistered.await(1, MINUTES)).isTrue();
        suspend();
    }

    @Test
    void aDeregisteredChannelIsClosed() throws Exception {
        final Channel client = connect();
        client.deregister().sync();
        loop.execute(() -> {
            client.close();
            single.trySuspend();
        });
        assertThat(client.closeFuture().await(1, MINUTES)).isTrue();
        suspend();
    }

    @Test
    void aDeregisteredChannelIsClosedOnAnotherThread() throws Exception {
        final Channel client = loops.bootstrap(new ChannelInboundHandlerAdapter()).clone(loop)
                .option(ChannelOption.AUTO_READ, false).option(ChannelOption.SO_LINGER, 5)
                .connect(server.localAddress()).sync().channel();
        client.deregister().sync();
        final CountDownLatch tried = new CountDownLatch(1);
        GlobalEventExecutor.INSTANCE.execute(() -> Uninterruptibly.await(tried));
        final Thread thread = loop.submit(Thread::currentThread).get();
        loop.execute(() -> {
            client.close();
            single.trySuspend();
        });
        // Ends early only if the loop is suspended wrongly.
        thread.join(100);
        tried.countDown();
        assertThat(client.closeFuture().await(1, MINUTES)).isTrue();
        suspend();
    }

    @Test
    void theWriteInFlightOfADeregisteredChannelEnds() throws Exception {
        final IocpSocketChannel client = (IocpSocketChannel) connect();
        final List<ChannelFuture> writes = writeUntilOneIsInFlight(client);
        client.deregister().sync();
        loop.execute(single::trySuspend);
        accepted.take().config().setAutoRead(true);
        assertThat(writes.get(writes.size() - 1).await(1, MINUTES)).isTrue();
        client.close().sync();
        suspend();
    }

    @Test
    void aChannelIsRegisteredAgainWithAWriteInFlight() throws Exception {
        final IocpSocketChannel client = (IocpSocketChannel) connect();
        final List<ChannelFuture> writes = writeUntilOneIsInFlight(client);
        client.deregister().sync();
        client.eventLoop().register(client).sync();
        final Thread thread = loop.submit(Thread::currentThread).get();
        loop.execute(single::trySuspend);
        // Ends early only if the loop is suspended wrongly.
        thread.join(100);
        assertThat(thread.isAlive()).isTrue();
        accepted.take().config().setAutoRead(true);
        for (final ChannelFuture write : writes) {
            assertThat(write.await(1, MINUTES)).isTrue();
            assertThat(write.isSuccess()).isTrue();
        }
        client.close().sync();
        suspend();
    }

    /** Learns how its registration ends. */
    private static final class Ending implements IocpIoHandle {
        private final CountDownLatch aborted = new CountDownLatch(1);
        private final CountDownLatch unregistered = new CountDownLatch(1);

        @Override
        public void handle(final IoRegistration registration, final IoEvent event) {
            aborted.countDown();
        }

        @Override
        public void unregistered() {
            unregistered.countDown();
        }

        @Override
        public void close() {
            // The loop cancels the registration.
        }
    }
}
