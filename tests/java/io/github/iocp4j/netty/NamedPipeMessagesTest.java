package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FixedRecvByteBufAllocator;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pipes in message mode: boundaries, long and empty messages, and misuse. */
@Timeout(120)
final class NamedPipeMessagesTest {
    private static final int[] LENGTHS = {1, 0, 10, 4_096, 65_536, 0, 0, 300_000, 3, 3 << 20, 2};

    @AutoClose
    private final Loops loops = new Loops();
    private final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());

    private ServerBootstrap serverBootstrap(final Supplier<ChannelHandler> child) {
        return new ServerBootstrap().group(loops.group()).channel(IocpNamedPipeServerChannel.class)
                .option(IocpChannelOption.PIPE_MODE, PipeMode.MESSAGE)
                .option(ChannelOption.ALLOCATOR, loops.allocator())
                .childOption(ChannelOption.ALLOCATOR, loops.allocator()).childHandler(Loops.initializer(child));
    }

    private Bootstrap bootstrap(final ChannelHandler handler) {
        return new Bootstrap().group(loops.group()).channel(IocpNamedPipeChannel.class)
                .option(IocpChannelOption.PIPE_MODE, PipeMode.MESSAGE)
                .option(ChannelOption.ALLOCATOR, loops.allocator()).handler(handler);
    }

    private NamedPipeMessage message(final int length) {
        return new NamedPipeMessage(loops.buffer(Loops.random(length)));
    }

    @Test
    void keepsBoundariesBothWays() throws Exception {
        serverBootstrap(Echo::new).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).connect(address).sync().channel();
        assertThat(client.config().getOption(IocpChannelOption.PIPE_MODE)).isEqualTo(PipeMode.MESSAGE);
        final List<ChannelFuture> written = new ArrayList<>();
        for (final int length : LENGTHS) {
            written.add(client.write(message(length)));
        }
        client.flush();
        for (final int length : LENGTHS) {
            assertThat(messages.take()).isEqualTo(Loops.random(length));
        }
        for (final ChannelFuture write : written) {
            assertThat(write.sync().isSuccess()).isTrue();
        }
        client.close().sync();
        assertThat(messages.event()).isEqualTo("inactive");
    }

    @Test
    void zeroByteReadsKeepBoundariesToo() throws Exception {
        serverBootstrap(Echo::new).childOption(IocpChannelOption.ZERO_BYTE_READS, true).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).option(IocpChannelOption.ZERO_BYTE_READS, true).connect(address)
                .sync().channel();
        for (final int length : LENGTHS) {
            client.writeAndFlush(message(length)).sync();
            assertThat(messages.take()).isEqualTo(Loops.random(length));
            loops.awaitNoBuffers();
        }
        // At once, so that empty messages are there before the read that waits for them.
        for (int i = 0; i < 30; i++) {
            for (final int length : LENGTHS) {
                client.write(message(length));
            }
            client.flush();
            for (final int length : LENGTHS) {
                assertThat(messages.take()).isEqualTo(Loops.random(length));
            }
        }
    }

    @Test
    void writesContentOfEachKind() throws Exception {
        serverBootstrap(Echo::new).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).connect(address).sync().channel();
        final byte[] expected = Loops.random(2_000);
        final CompositeByteBuf composite = loops.allocator().compositeDirectBuffer();
        composite.addComponent(true, loops.allocator().directBuffer().writeBytes(expected, 0, 700));
        composite.addComponent(true, loops.allocator().directBuffer().writeBytes(expected, 700, 1_300));
        for (final ByteBuf content : new ByteBuf[] {composite, Unpooled.wrappedBuffer(expected),
            loops.buffer(expected).asReadOnly(), Unpooled.wrappedBuffer(expected, 0, 1_999).retainedSlice(1, 9)}) {
            final int length = content.readableBytes();
            client.writeAndFlush(new NamedPipeMessage(content)).sync();
            assertThat(messages.take()).hasSize(length).startsWith(length == 9 ? expected[1] : expected[0]);
        }
    }

    @Test
    void oneReadGetsOneMessage() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(1_000).maxMessagesPerRead(1))
                .connect(address).sync().channel();
        final Channel child = accepted.take();
        assertThat(child.config().getOption(IocpChannelOption.PIPE_MODE)).isEqualTo(PipeMode.MESSAGE);
        child.write(message(5));
        child.writeAndFlush(message(100_000));
        client.read();
        assertThat(messages.take()).isEqualTo(Loops.random(5));
        client.eventLoop().submit(() -> { }).sync();
        assertThat(messages.isEmpty()).isTrue();
        client.read();
        assertThat(messages.take()).isEqualTo(Loops.random(100_000));
    }

    @Test
    void refusesOtherMessages() throws Exception {
        serverBootstrap(Echo::new).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).connect(address).sync().channel();
        assertThatThrownBy(() -> client.writeAndFlush(loops.buffer(new byte[10])).sync())
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("NamedPipeMessages");
        assertThatThrownBy(() -> client.writeAndFlush("text").sync())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> client.config().setOption(IocpChannelOption.PIPE_MODE, PipeMode.BYTE))
                .isInstanceOf(IllegalStateException.class);
        client.writeAndFlush(message(7)).sync();
        assertThat(messages.take()).isEqualTo(Loops.random(7));
    }

    @Test
    void modesMustFit() throws Exception {
        serverBootstrap(Echo::new).option(IocpChannelOption.PIPE_MODE, PipeMode.BYTE).bind(address).sync();
        assertThatThrownBy(() -> bootstrap(new Messages()).connect(address).sync())
                .isInstanceOf(ConnectException.class).hasMessageContaining("not a message-mode pipe");
        final Channel bytes = bootstrap(new Collector()).option(IocpChannelOption.PIPE_MODE, PipeMode.BYTE)
                .connect(address).sync().channel();
        assertThatThrownBy(() -> bytes.writeAndFlush(message(1)).sync())
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("PIPE_MODE");
    }

    @Test
    void aClientInByteModeReadsMessagesAsAStream() throws Exception {
        serverBootstrap(Echo::new).bind(address).sync();
        final Collector collector = new Collector();
        final Channel client = bootstrap(collector).option(IocpChannelOption.PIPE_MODE, PipeMode.BYTE)
                .connect(address).sync().channel();
        client.writeAndFlush(loops.buffer(Loops.random(200_000))).sync();
        assertThat(collector.await(200_000)).isEqualTo(Loops.random(200_000));
    }

    @Test
    void aCloseEndsMessagesInFlight() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).childOption(ChannelOption.AUTO_READ, false).bind(address)
                .sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).connect(address).sync().channel();
        final ChannelFuture first = client.write(message(3 << 20));
        final ChannelFuture second = client.writeAndFlush(message(1 << 20));
        client.close().sync();
        assertThat(first.await().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(second.await().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(messages.event()).isEqualTo("inactive");
        accepted.take().close().sync();
    }

    @Test
    void messagesThatWereWrittenBeforeACloseArrive() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final Messages messages = new Messages();
        bootstrap(messages).connect(address).sync();
        final Channel child = accepted.take();
        child.write(message(10));
        child.writeAndFlush(message(50_000)).sync();
        child.close().sync();
        assertThat(messages.take()).isEqualTo(Loops.random(10));
        assertThat(messages.take()).isEqualTo(Loops.random(50_000));
        assertThat(messages.event()).isEqualTo("inactive");
    }

    @Test
    void aMessageThatIsTooLongEndsTheConnection() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).connect(address).sync().channel();
        final Channel child = accepted.take();
        final ByteBuf content = loops.allocator().directBuffer(StreamReader.MAX_MESSAGE + 1);
        child.writeAndFlush(new NamedPipeMessage(content.writerIndex(StreamReader.MAX_MESSAGE + 1)));
        assertThat(messages.event()).isInstanceOf(IOException.class)
                .hasToString("java.io.IOException: A message is longer than 67108864 bytes");
        client.closeFuture().sync();
        child.closeFuture().sync();
    }

    @Test
    void aMessageThatDoesNotFitIntoTheReadBufferEndsTheConnection() throws Exception {
        final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        serverBootstrap(() -> Loops.handingOver(accepted)).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).option(ChannelOption.RECVBUF_ALLOCATOR,
                new ReadBuffers(() -> loops.allocator().directBuffer(10, 20))).connect(address).sync().channel();
        final Channel child = accepted.take();
        child.writeAndFlush(message(20)).sync();
        assertThat(messages.take()).isEqualTo(Loops.random(20));
        child.writeAndFlush(message(21));
        assertThat(messages.event()).isInstanceOf(IOException.class);
        client.closeFuture().sync();
        child.closeFuture().sync();
    }

    @Test
    void leavesOutACancelledMessage() throws Exception {
        serverBootstrap(Echo::new).bind(address).sync();
        final Messages messages = new Messages();
        final Channel client = bootstrap(messages).connect(address).sync().channel();
        // On the loop, because Netty would not keep a message that is cancelled before it comes there.
        client.eventLoop().submit(() -> {
            for (final int length : new int[] {1, 2, 3, 4}) {
                final ChannelPromise promise = client.newPromise();
                client.write(message(length), promise);
                if (length % 2 == 1) {
                    promise.cancel(false);
                }
            }
            client.flush();
        }).sync();
        assertThat(messages.take()).isEqualTo(Loops.random(2));
        assertThat(messages.take()).isEqualTo(Loops.random(4));
    }

    /** Collects messages, and everything else that happens. */
    private static final class Messages extends ChannelInboundHandlerAdapter {
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            final NamedPipeMessage one = (NamedPipeMessage) message;
            received.add(ByteBufUtil.getBytes(one.content()));
            one.release();
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            events.add(cause);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) {
            events.add("inactive");
        }

        byte[] take() throws Exception {
            return received.take();
        }

        boolean isEmpty() {
            return received.isEmpty();
        }

        Object event() throws Exception {
            return events.take();
        }
    }
}
