package io.github.iocp4j.netty;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.PipeMode;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Netty fails and releases the messages of a channel that was closed by force. Until the completions have come, Windows
 * uses their buffers. The completions cannot come while the test runs on the loop.
 */
@Tag("newer-jvm")
@Timeout(120)
final class BuffersInFlightTest {
    private static final int LENGTH = 300_000;
    /** Of the sockets. They have no room for what a test writes. */
    private static final int SOCKET_BUFFER = 1 << 14;

    private final Loops loops = new Loops();
    /** Of the channel that is closed. */
    private final UnpooledByteBufAllocator own = new UnpooledByteBufAllocator(true);
    /** The other ends, which do not read. */
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

    @AfterEach
    void closeLoops() {
        loops.close();
        assertThat(own.metric().usedDirectMemory()).isZero();
    }

    private Channel socket(final boolean autoRead) throws Exception {
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .childOption(ChannelOption.AUTO_READ, false).option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .bind(Loops.loopback(0)).sync().channel();
        return loops.bootstrap(new ChannelInboundHandlerAdapter()).option(ChannelOption.ALLOCATOR, own)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER).option(ChannelOption.AUTO_READ, autoRead)
                .connect(server.localAddress()).sync().channel();
    }

    private Channel pipe(final PipeMode mode) throws Exception {
        final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
        new ServerBootstrap().group(loops.group()).channel(IocpNamedPipeServerChannel.class)
                .option(IocpChannelOption.PIPE_MODE, mode).childOption(ChannelOption.AUTO_READ, false)
                .childHandler(Loops.initializer(() -> Loops.handingOver(accepted))).bind(address).sync();
        return new Bootstrap().group(loops.group()).channel(IocpNamedPipeChannel.class)
                .option(IocpChannelOption.PIPE_MODE, mode).option(ChannelOption.ALLOCATOR, own)
                .option(ChannelOption.AUTO_READ, false).handler(new ChannelInboundHandlerAdapter()).connect(address)
                .sync().channel();
    }

    private Channel datagrams(final boolean autoRead) throws Exception {
        return new Bootstrap().group(loops.group()).channel(IocpDatagramChannel.class)
                .option(ChannelOption.AUTO_READ, autoRead).option(ChannelOption.ALLOCATOR, own)
                .handler(new ChannelInboundHandlerAdapter()).bind(Loops.loopback(0)).sync().channel();
    }

    private ByteBuf buffer() {
        return own.directBuffer(LENGTH).writeZero(LENGTH);
    }

    /** Writes the message, closes the channel, and has Netty fail the write; all buffers are still there then. */
    private void assertKept(final Channel channel, final Object message, final ByteBuf... buffers) throws Exception {
        final ChannelFuture write = onLoop(channel, () -> {
            final ChannelFuture written = channel.writeAndFlush(message);
            channel.unsafe().closeForcibly();
            channel.flush();
            assertThat(written.cause()).as("Netty has released the message").isNotNull();
            assertThat(List.of(buffers)).allMatch(buffer -> buffer.refCnt() == 1);
            assertThat(own.metric().usedDirectMemory()).isPositive();
            return written;
        });
        assertThat(write.isSuccess()).isFalse();
        awaitNoBuffers();
        assertThat(List.of(buffers)).allMatch(buffer -> buffer.refCnt() == 0);
    }

    private static <T> T onLoop(final Channel channel, final Callable<T> action) throws Exception {
        return channel.eventLoop().submit(action).get(1, MINUTES);
    }

    private void awaitNoBuffers() throws InterruptedException {
        while (own.metric().usedDirectMemory() > 0) {
            // Wine may lose the cancel of a send that is just under way. The end of the peer ends the send, too.
            for (Channel peer = accepted.poll(); peer != null; peer = accepted.poll()) {
                peer.close();
            }
            Thread.sleep(1);
        }
    }

    @Test
    void areKeptByAWriteToASocket() throws Exception {
        final ByteBuf buffer = buffer();
        assertKept(socket(false), buffer, buffer);
    }

    @Test
    void areKeptByAGatherWrite() throws Exception {
        final ByteBuf first = buffer();
        final ByteBuf second = buffer();
        final CompositeByteBuf composite = own.compositeDirectBuffer().addComponents(true, first, second);
        assertKept(socket(false), composite, composite, first, second);

        final Channel channel = socket(false);
        final ByteBuf third = buffer();
        onLoop(channel, () -> channel.write(third));
        final ByteBuf fourth = buffer();
        assertKept(channel, fourth, third, fourth);
    }

    @Test
    void areKeptByAWriteToAPipe() throws Exception {
        final ByteBuf buffer = buffer();
        assertKept(pipe(PipeMode.BYTE), buffer, buffer);
        final ByteBuf content = buffer();
        assertKept(pipe(PipeMode.MESSAGE), new NamedPipeMessage(content), content);
    }

    @Test
    void areKeptByACopiedFileRegion(@TempDir final Path folder) throws Exception {
        final Path file = Files.write(folder.resolve("file"), new byte[10 * LENGTH]);
        final Channel channel = socket(false);
        channel.config().setOption(IocpChannelOption.COPY_FILE_REGIONS, true);
        assertKept(channel, new DefaultFileRegion(file.toFile(), 0, 10 * LENGTH));
    }

    @Test
    void areKeptByTheSendOfADatagram() throws Exception {
        final Channel target = datagrams(false);
        final ByteBuf content = own.directBuffer().writeZero(100);
        assertKept(datagrams(false), new DatagramPacket(content, Loops.loopback(port(target))), content);
        final Channel connected = datagrams(false);
        connected.connect(target.localAddress()).sync();
        final ByteBuf bare = own.directBuffer().writeZero(100);
        assertKept(connected, bare, bare);
    }

    /** As with Netty's other transports, a program may use a buffer again when its write is complete. */
    @Test
    void areFreeWhenTheWriteIsComplete() throws Exception {
        assertFree(socket(false), buffer -> buffer);
        assertFree(pipe(PipeMode.BYTE), buffer -> buffer);
        assertFree(pipe(PipeMode.MESSAGE), NamedPipeMessage::new);
    }

    private void assertFree(final Channel channel, final Function<ByteBuf, Object> message) throws Exception {
        final ByteBuf buffer = buffer();
        final CompletableFuture<Integer> references = new CompletableFuture<>();
        channel.writeAndFlush(message.apply(buffer)).addListener(written -> references.complete(buffer.refCnt()));
        assertThat(onLoop(channel, ((AbstractIocpStreamChannel) channel)::isWriting)).isTrue();
        accepted.take().config().setAutoRead(true);
        assertThat(references.get()).isZero();
    }

    private static int port(final Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Those of the addresses belong to no allocator of the channel. */
    @Test
    void areReleasedAfterAForcedClose() throws Exception {
        for (int i = 0; i < 3; i++) {
            final IocpDatagramChannel channel = (IocpDatagramChannel) datagrams(i > 0);
            if (i > 1) {
                channel.deregister().sync();
            }
            assertThat(onLoop(channel, channel::hasAddresses)).isTrue();
            onLoop(channel, () -> {
                channel.unsafe().closeForcibly();
                return null;
            });
            while (onLoop(channel, channel::hasAddresses)) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void areKeptByReads() throws Exception {
        final Channel socket = socket(true);
        makeBusy(socket);
        assertReadsKeepTheirs(socket);
        assertReadsKeepTheirs(datagrams(true));
    }

    /** A connection that is seldom used waits without a buffer. */
    private void makeBusy(final Channel channel) throws Exception {
        final Loops.Collector collector = new Loops.Collector();
        Loops.add(channel, collector);
        final Channel peer = accepted.take();
        accepted.add(peer);
        do {
            peer.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).sync();
            assertThat(collector.await(1)).hasSize(1);
        } while (onLoop(channel, () -> own.metric().usedDirectMemory()) == 0);
    }

    private void assertReadsKeepTheirs(final Channel channel) throws Exception {
        while (own.metric().usedDirectMemory() == 0) {
            Thread.sleep(1);
        }
        onLoop(channel, () -> {
            channel.unsafe().closeForcibly();
            assertThat(own.metric().usedDirectMemory()).isPositive();
            return null;
        });
        awaitNoBuffers();
    }
}
