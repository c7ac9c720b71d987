package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Event loops with an allocator that counts, so that a leaked buffer fails the test. */
final class Loops implements AutoCloseable {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(3, IocpIoHandler.newFactory());

    Loops() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    EventLoopGroup group() {
        return group;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    ServerBootstrap serverBootstrap(final Supplier<ChannelHandler> child) {
        return new ServerBootstrap().group(group).channel(IocpServerSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, allocator).childOption(ChannelOption.ALLOCATOR, allocator)
                .childHandler(initializer(child));
    }

    Bootstrap bootstrap(final ChannelHandler handler) {
        return new Bootstrap().group(group).channel(IocpSocketChannel.class)
                .option(ChannelOption.ALLOCATOR, allocator).handler(handler);
    }

    Channel serve(final Supplier<ChannelHandler> child) throws Exception {
        return serverBootstrap(child).bind(loopback(0)).sync().channel();
    }

    Channel connect(final Channel server, final ChannelHandler handler) throws Exception {
        return bootstrap(handler).connect(server.localAddress()).sync().channel();
    }

    ByteBuf buffer(final byte[] bytes) {
        return allocator.directBuffer(Math.max(bytes.length, 1)).writeBytes(bytes);
    }

    boolean hasNoBuffers() {
        return allocator.metric().usedDirectMemory() == 0;
    }

    /** Waits until no channel occupies a buffer. */
    void awaitNoBuffers() throws InterruptedException {
        while (!hasNoBuffers()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("A buffer is left when the test times out");
            }
            Thread.onSpinWait();
        }
    }

    /** Waits until another loop than that which has refused the channel has closed it. */
    static void awaitClosed(final Channel channel) throws InterruptedException {
        while (channel.isOpen()) {
            Thread.sleep(1);
        }
    }

    /**
     * Has the loop suspended as soon as it may be: then it has no thread. {@code isSuspended} is true before, too, and
     * a task prevents the suspension; afterwards an auto-scaled group may resume the loop at any moment.
     */
    static void suspend(final SingleThreadEventExecutor loop) throws Exception {
        final Thread thread = loop.submit(Thread::currentThread).get();
        while (thread.isAlive()) {
            loop.trySuspend();
            thread.join(1);
        }
        assertThat(loop.isShuttingDown()).as("its thread has ended for another reason").isFalse();
    }

    /** Ends the loops, which close their channels; then no buffer may be left. */
    @Override
    public void close() {
        assertThat(group.shutdownGracefully(0, 1, TimeUnit.MINUTES).awaitUninterruptibly(1, TimeUnit.MINUTES))
                .isTrue();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    static ChannelHandler initializer(final Supplier<ChannelHandler> handler) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(final Channel channel) {
                channel.pipeline().addLast(handler.get());
            }
        };
    }

    /**
     * Adds the handlers on the loop of the channel. Added by another thread, they would get no events until the loop
     * has run a task, so that the data of a quick peer would pass them.
     */
    static void add(final Channel channel, final ChannelHandler... handlers) throws Exception {
        channel.eventLoop().submit(() -> channel.pipeline().addLast(handlers)).sync();
    }

    /** A child that does nothing until the test takes it. */
    static ChannelHandler handingOver(final BlockingQueue<Channel> to) {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(final ChannelHandlerContext context) {
                to.add(context.channel());
            }
        };
    }

    static InetSocketAddress loopback(final int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    static byte[] random(final int length) {
        final byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Writes back what it reads. */
    static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            context.write(message);
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            context.close();
        }
    }

    /** Collects what it reads, and everything else that happens. */
    static final class Collector extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) throws Exception {
            final ByteBuf buffer = (ByteBuf) message;
            synchronized (bytes) {
                buffer.readBytes(bytes, buffer.readableBytes());
                bytes.notifyAll();
            }
            buffer.release();
        }

        @Override
        public void userEventTriggered(final ChannelHandlerContext context, final Object event) {
            events.add(event);
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            events.add(cause);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            events.add("inactive");
        }

        /** Waits for that many bytes since the last call. */
        byte[] await(final int length) throws Exception {
            synchronized (bytes) {
                while (bytes.size() < length) {
                    bytes.wait();
                }
                final byte[] read = bytes.toByteArray();
                bytes.reset();
                return read;
            }
        }

        int size() {
            synchronized (bytes) {
                return bytes.size();
            }
        }

        Object event() throws Exception {
            return events.take();
        }
    }
}
