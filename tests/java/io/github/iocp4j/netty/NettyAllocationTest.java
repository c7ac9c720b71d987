package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A message that goes to and fro allocates nothing on the Java heap, whether or not its buffer has an address. */
@Tag("newer-jvm")
@Timeout(600)
final class NettyAllocationTest {
    private static final ByteBufAllocator POOLED = PooledByteBufAllocator.DEFAULT;
    /** So many rounds must cost no bytes. */
    private static final int FREE_ROUNDS = 6;
    /** A busy machine compiles late, and the JVM allocates when it does. */
    private static final int MOST_ROUNDS = 60;
    private static final int MESSAGES = 2_000;
    private static final int LENGTH = 64;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("frugal"), IocpIoHandler.newFactory());
    private final Semaphore rounds = new Semaphore(0);

    private final ResourceLeakDetector.Level level = ResourceLeakDetector.getLevel();

    /** Netty's detector of leaks records some of the buffers. */
    @BeforeEach
    void stopRecording() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    @AfterEach
    void closeLoop() throws Exception {
        ResourceLeakDetector.setLevel(level);
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).await(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void sockets() throws Exception {
        measure(IocpServerSocketChannel.class, IocpSocketChannel.class, Loops.loopback(0));
    }

    @Test
    void pipes() throws Exception {
        measure(IocpNamedPipeServerChannel.class, IocpNamedPipeChannel.class,
                NamedPipeAddress.of(PipePair.newName()));
    }

    private void measure(final Class<? extends ServerChannel> server, final Class<? extends Channel> client,
            final SocketAddress address) throws Exception {
        final Channel listening = new ServerBootstrap().group(group).channel(server)
                .childOption(ChannelOption.ALLOCATOR, POOLED)
                .childHandler(Loops.initializer(() -> new Returner(Integer.MAX_VALUE))).bind(address).sync().channel();
        final Returner returner = new Returner(MESSAGES);
        final Channel connected = new Bootstrap().group(group).channel(client)
                .option(ChannelOption.ALLOCATOR, POOLED).handler(returner)
                .connect(listening.localAddress()).sync().channel();
        final List<Long> costs = new ArrayList<>();
        int free = 0;
        while (free < FREE_ROUNDS && costs.size() < MOST_ROUNDS) {
            connected.writeAndFlush(connected.alloc().directBuffer(LENGTH).writeZero(LENGTH)).sync();
            assertThat(rounds.tryAcquire(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
            costs.add(returner.cost);
            // The message that begins a round comes as a task, which costs some bytes.
            free += returner.cost < MESSAGES / 10 ? 1 : 0;
        }
        // The JVM's own work, such as linking and deoptimising, is charged to the thread on which it happens.
        assertThat(free).as("rounds whose messages cost no bytes; the rounds cost %s", costs).isEqualTo(FREE_ROUNDS);
    }

    /** Sends back what it reads, so many times; the last time is the end of a round. */
    private final class Returner extends ChannelInboundHandlerAdapter {
        private final int messages;
        private int left;
        private long before;
        private volatile long cost;

        Returner(final int messages) {
            this.messages = messages;
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            if (left == 0) {
                left = messages;
                before = allocated();
            }
            left--;
            if (left > 0) {
                context.writeAndFlush(message, context.voidPromise());
            } else {
                ((ByteBuf) message).release();
                cost = allocated() - before;
                rounds.release();
            }
        }

        private long allocated() {
            return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        }
    }
}
