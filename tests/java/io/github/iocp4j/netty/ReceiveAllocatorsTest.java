package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DatagramPacket;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
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
        final RecvByteBufAllocator fixed = new FixedRecvByteBufAllocator(100).maxMessagesPerRead(16);
        final AtomicBoolean hasThrown = new AtomicBoolean();
        return () -> {
            final RecvByteBufAllocator.ExtendedHandle handle = (RecvByteBufAllocator.ExtendedHandle) fixed.newHandle();
            return (RecvByteBufAllocator.ExtendedHandle) Proxy.newProxyInstance(
                    ReceiveAllocatorsTest.class.getClassLoader(),
                    new Class<?>[] {RecvByteBufAllocator.ExtendedHandle.class},
                    (proxy, called, arguments) -> {
                        if (called.getName().equals(method) && hasThrown.compareAndSet(false, true)) {
                            throw new IllegalStateException(method);
                        }
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

    /** While the next read is in flight, because the data has filled the buffer of the one before. */
    @Test
    void anInputThatAHandleHasEndedDeliversNothingMore() throws Exception {
        final Channel server = loops.serve(Echo::new);
        final Collector collector = new Collector();
        final UnpooledByteBufAllocator reads = new UnpooledByteBufAllocator(true);
        final Channel client = loops.bootstrap(collector).option(ChannelOption.ALLOCATOR, reads)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, throwing("readComplete"))
                .connect(server.localAddress()).sync().channel();
        client.writeAndFlush(loops.buffer(Loops.random(100)));
        assertThat(collector.await(100)).hasSize(100);
        assertThat((Throwable) collector.event()).hasMessage("readComplete");
        assertThat(collector.event()).isEqualTo(ChannelInputShutdownEvent.INSTANCE);
        assertThat(collector.event()).isEqualTo(ChannelInputShutdownReadComplete.INSTANCE);
        assertThat(reads.metric().usedDirectMemory()).as("a read is in flight").isPositive();
        client.writeAndFlush(loops.buffer(Loops.random(50)));
        while (reads.metric().usedDirectMemory() > 0) {
            Thread.sleep(1);
        }
        assertThat(collector.size()).isZero();
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
