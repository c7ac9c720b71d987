package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DatagramPacket;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program's own {@link ChannelOption#RECVBUF_ALLOCATOR}. */
@Timeout(120)
final class ReceiveAllocatorsTest {
    @AutoClose
    private final Loops loops = new Loops();

    /** A handle without {@code continueReading(UncheckedBooleanSupplier)}, which NIO takes, too. */
    private static RecvByteBufAllocator plain() {
        final RecvByteBufAllocator fixed = new FixedRecvByteBufAllocator(100);
        return () -> new RecvByteBufAllocator.DelegatingHandle(fixed.newHandle());
    }

    /** Its handle throws once, in that method. */
    private static RecvByteBufAllocator throwing(final String method) {
        final AtomicBoolean hasThrown = new AtomicBoolean();
        return observed(called -> {
            if (called.equals(method) && hasThrown.compareAndSet(false, true)) {
                throw new IllegalStateException(method);
            }
        });
    }

    /** Its buffers have 100 bytes. The observer gets the name of each method of a handle before it is called. */
    private static RecvByteBufAllocator observed(final Consumer<String> observer) {
        final RecvByteBufAllocator fixed = new FixedRecvByteBufAllocator(100).maxMessagesPerRead(16);
        return () -> {
            final RecvByteBufAllocator.ExtendedHandle handle = (RecvByteBufAllocator.ExtendedHandle) fixed.newHandle();
            return (RecvByteBufAllocator.ExtendedHandle) Proxy.newProxyInstance(
                    ReceiveAllocatorsTest.class.getClassLoader(),
                    new Class<?>[] {RecvByteBufAllocator.ExtendedHandle.class},
                    (proxy, called, arguments) -> {
                        observer.accept(called.getName());
                        return called.invoke(handle, arguments);
                    });
        };
    }

    private Bootstrap datagrams(final RecvByteBufAllocator allocator, final Datagrams.Received received) {
        return new Bootstrap().group(loops.group()).channel(IocpDatagramChannel.class)
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, allocator).handler(received);
    }

    private static void send(final Channel to, final Loops loops) {
        to.writeAndFlush(new DatagramPacket(loops.buffer(new byte[] {7}), (InetSocketAddress) to.localAddress()));
    }

    @Test
    void plainHandlesRead() throws Exception {
        final Channel server = loops.serverBootstrap(Echo::new).option(ChannelOption.RECVBUF_ALLOCATOR, plain())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, plain()).bind(Loops.loopback(0)).sync().channel();
        final Collector collector = new Collector();
        final Channel client = loops.connect(server, collector);
        client.writeAndFlush(loops.buffer(Loops.random(3_000)));
        assertThat(collector.await(3_000)).isEqualTo(Loops.random(3_000));

        final Datagrams.Received received = new Datagrams.Received();
        send(datagrams(plain(), received).bind(Loops.loopback(0)).sync().channel(), loops);
        assertThat(received.next()).isEqualTo("07");
    }

    @ParameterizedTest
    @ValueSource(strings = {"allocate", "attemptedBytesRead", "reset", "lastBytesRead", "incMessagesRead",
            "continueReading", "readComplete"})
    void aHandleThatThrowsEndsAConnection(final String method) throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final Channel client = loops.bootstrap(collector).option(ChannelOption.RECVBUF_ALLOCATOR, throwing(method))
                .connect(server.localAddress()).sync().channel();
        client.writeAndFlush(loops.buffer(Loops.random(250)));
        assertThat((Throwable) collector.event()).isInstanceOf(IllegalStateException.class).hasMessage(method);
        client.closeFuture().sync();
    }

    @Test
    void anInputThatAHandleHasEndedDeliversNothingMore() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final IocpSocketChannel client = (IocpSocketChannel) loops.bootstrap(collector)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, throwing("readComplete"))
                .connect(server.localAddress()).sync().channel();
        client.writeAndFlush(loops.buffer(Loops.random(100)));
        assertThat(collector.await(100)).hasSize(100);
        assertThat((Throwable) collector.event()).hasMessage("readComplete");
        assertThat(collector.event()).isEqualTo(ChannelInputShutdownEvent.INSTANCE);
        assertThat(collector.event()).isEqualTo(ChannelInputShutdownReadComplete.INSTANCE);
        client.writeAndFlush(loops.buffer(Loops.random(50)));
        while (!client.mayHaveData()) {
            Thread.sleep(1);
        }
        client.eventLoop().submit(() -> { }).sync();
        assertThat(collector.size()).isZero();
    }

    /** A read that waited would get the next data by a completion, although it could often have completed inline. */
    @Test
    void aFullBufferIsFollowedByAReadIfMoreDataHasCome() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serve(() -> Loops.handingOver(accepted));
        final AtomicInteger buffers = new AtomicInteger();
        final BlockingQueue<Integer> atReadComplete = new LinkedBlockingQueue<>();
        loops.bootstrap(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelReadComplete(final ChannelHandlerContext context) {
                atReadComplete.add(buffers.get());
            }
        }).option(ChannelOption.RECVBUF_ALLOCATOR, observed(called -> {
                    if (called.equals("allocate")) {
                        buffers.incrementAndGet();
                    }
                })).connect(server.localAddress()).sync();
        final Channel child = accepted.take();
        for (int read = 1; read <= 3; read++) {
            child.writeAndFlush(loops.buffer(Loops.random(100))).sync();
            assertThat(atReadComplete.take()).isEqualTo(read);
        }
        child.writeAndFlush(loops.buffer(Loops.random(250))).sync();
        assertThat(atReadComplete.take()).isEqualTo(3 + 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"allocate", "reset", "attemptedBytesRead", "lastBytesRead", "incMessagesRead",
            "readComplete"})
    void aHandleThatThrowsEndsAChannelForDatagrams(final String method) throws Exception {
        final Datagrams.Received received = new Datagrams.Received();
        final Channel channel = datagrams(throwing(method), received).bind(Loops.loopback(0)).sync().channel();
        send(channel, loops);
        assertThat(received.events.take()).isInstanceOf(IllegalStateException.class).hasMessage(method);
        channel.closeFuture().sync();
    }

    @ParameterizedTest
    @ValueSource(strings = {"reset", "incMessagesRead", "continueReading", "readComplete"})
    void aServerGoesOnAfterItsHandleHasThrown(final String method) throws Exception {
        final Channel server = loops.serverBootstrap(Echo::new)
                .option(ChannelOption.RECVBUF_ALLOCATOR, throwing(method)).bind(Loops.loopback(0)).sync().channel();
        for (int i = 0; i < 3; i++) {
            final Collector collector = new Collector();
            loops.connect(server, collector).writeAndFlush(loops.buffer(Loops.random(10)));
            assertThat(collector.await(10)).isEqualTo(Loops.random(10));
        }
    }
}
