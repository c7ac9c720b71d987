package io.github.iocp4j.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.OtherChannel;
import io.github.iocp4j.fixtures.Wine;
import io.github.iocp4j.netty.Loops.Collector;
import io.github.iocp4j.netty.Loops.Echo;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Regions of files over TCP: sent by Windows, and copied. */
@Timeout(120)
final class FileRegionsTest {
    /** What one TransmitFile of the channel takes. */
    private static final long ONE_TRANSMISSION = 1 << 26;

    private final Loops loops = new Loops();
    private final CountingAllocator copies = new CountingAllocator();
    private final byte[] content = Loops.random(300_000);

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.write(folder.resolve("file"), content);
    }

    @AfterEach
    void closeLoops() {
        loops.close();
        assertThat(copies.used()).isZero();
    }

    private Channel connect(final Collector collector, final boolean copy) throws Exception {
        final Channel server = loops.serve(Echo::new);
        return loops.bootstrap(collector).option(IocpChannelOption.COPY_FILE_REGIONS, copy)
                .option(ChannelOption.ALLOCATOR, copies)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new ReadBuffers(() -> loops.allocator().directBuffer(65_536)))
                .connect(server.localAddress()).sync().channel();
    }

    private byte[] part(final int from, final int length) {
        return Arrays.copyOfRange(content, from, from + length);
    }

    @Test
    void sendsRegionsWithoutACopy() throws Exception {
        final Collector collector = new Collector();
        final Channel client = connect(collector, false);
        final DefaultFileRegion part = new DefaultFileRegion(file.toFile(), 100_000, 150_000);
        final DefaultFileRegion whole =
                new DefaultFileRegion(FileChannel.open(file, StandardOpenOption.READ), 0, content.length);
        client.write(loops.buffer(new byte[] {1}));
        client.write(part);
        client.write(new DefaultFileRegion(file.toFile(), 7, 0));
        client.write(loops.buffer(new byte[] {2}));
        client.writeAndFlush(whole).sync();
        final byte[] read = collector.await(150_002 + content.length);
        assertThat(read[0]).isEqualTo((byte) 1);
        assertThat(Arrays.copyOfRange(read, 1, 150_001)).isEqualTo(part(100_000, 150_000));
        assertThat(read[150_001]).isEqualTo((byte) 2);
        assertThat(Arrays.copyOfRange(read, 150_002, read.length)).isEqualTo(content);
        assertThat(part.refCnt()).isZero();
        assertThat(part.transferred()).isEqualTo(150_000);
        assertThat(whole.refCnt()).isZero();
        assertThat(copies.allocations()).isZero();
    }

    @Test
    void copiesRegionsOnRequest() throws Exception {
        final Collector collector = new Collector();
        final Channel client = connect(collector, true);
        final DefaultFileRegion part = new DefaultFileRegion(file.toFile(), 100_000, 150_000);
        client.writeAndFlush(part).sync();
        assertThat(collector.await(150_000)).isEqualTo(part(100_000, 150_000));
        assertThat(part.refCnt()).isZero();
        assertThat(copies.allocations()).isPositive();
    }

    @Test
    void sendsRegionsThatAreLongerThanOneOperationTakes() throws Exception {
        final long length = 2 * ONE_TRANSMISSION + 12_345;
        try (FileChannel sparse = FileChannel.open(folder.resolve("sparse"), StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            for (long position = 0; position < length; position += ONE_TRANSMISSION) {
                sparse.write(ByteBuffer.wrap(content, 0, 12_345), position);
            }
        }
        final CRC32 expected = new CRC32();
        try (InputStream in = Files.newInputStream(folder.resolve("sparse"))) {
            in.transferTo(new OutputStream() {
                @Override
                public void write(final int one) {
                    expected.update(one);
                }

                @Override
                public void write(final byte[] bytes, final int from, final int count) {
                    expected.update(bytes, from, count);
                }
            });
        }
        final CompletableFuture<Long> received = new CompletableFuture<>();
        final Channel server = loops.serve(() -> new ChannelInboundHandlerAdapter() {
            private final CRC32 sum = new CRC32();
            private long bytes;

            @Override
            public void channelRead(final ChannelHandlerContext context, final Object message) {
                final ByteBuf data = (ByteBuf) message;
                bytes += data.readableBytes();
                sum.update(data.nioBuffer());
                data.release();
                if (bytes == length) {
                    received.complete(sum.getValue());
                }
            }
        });
        final Channel client = loops.connect(server, new Collector());
        // Only the listener completes it: sync() returns before the loop has called the listeners.
        final CompletableFuture<List<Long>> reported = new CompletableFuture<>();
        final ChannelProgressivePromise written = client.newProgressivePromise();
        written.addListener(new ChannelProgressiveFutureListener() {
            private final List<Long> progress = new ArrayList<>();

            @Override
            public void operationProgressed(
                    final ChannelProgressiveFuture future, final long bytes, final long total) {
                progress.add(bytes);
            }

            @Override
            public void operationComplete(final ChannelProgressiveFuture future) {
                reported.complete(progress);
            }
        });
        client.writeAndFlush(new DefaultFileRegion(folder.resolve("sparse").toFile(), 0, length), written).sync();
        assertThat(received.get()).isEqualTo(expected.getValue());
        assertThat(reported.get()).containsExactly(ONE_TRANSMISSION, 2 * ONE_TRANSMISSION, length);
    }

    @Test
    void aRegionBeyondTheEndOfItsFileFails() throws Exception {
        for (final boolean copy : new boolean[] {false, true}) {
            final Channel client = connect(new Collector(), copy);
            final DefaultFileRegion region = new DefaultFileRegion(file.toFile(), 10, content.length);
            assertThatThrownBy(() -> client.writeAndFlush(region).sync()).isInstanceOf(IOException.class);
            client.closeFuture().sync();
            assertThat(region.refCnt()).isZero();
        }
    }

    @Test
    void aMissingFileFails() throws Exception {
        final Channel client = connect(new Collector(), false);
        final DefaultFileRegion region = new DefaultFileRegion(folder.resolve("none").toFile(), 0, 10);
        assertThatThrownBy(() -> client.writeAndFlush(region).sync()).isInstanceOf(IOException.class);
        client.closeFuture().sync();
        assertThat(region.refCnt()).isZero();
    }

    @Test
    void aCloseEndsARegionInFlight() throws Exception {
        Wine.skip("Wine may lose the cancel of a TransmitFile that is just sending");
        final LinkedBlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
        final Channel server = loops.serverBootstrap(() -> Loops.handingOver(accepted))
                .childOption(ChannelOption.AUTO_READ, false).bind(Loops.loopback(0)).sync().channel();
        try (FileChannel sparse = FileChannel.open(folder.resolve("sparse"), StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.allocate(1), ONE_TRANSMISSION);
        }
        final Channel client = loops.connect(server, new Collector());
        final DefaultFileRegion region =
                new DefaultFileRegion(folder.resolve("sparse").toFile(), 0, ONE_TRANSMISSION);
        final ChannelFuture write = client.writeAndFlush(region);
        final ChannelFuture behind = client.writeAndFlush(loops.buffer(new byte[10]));
        final ChannelFuture closed = client.close();
        assertThat(closed.sync().isSuccess()).isTrue();
        assertThat(write.await().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(behind.await().cause()).isInstanceOf(ClosedChannelException.class);
        assertThat(region.refCnt()).isZero();
        // Nothing keeps the file open.
        Files.delete(folder.resolve("sparse"));
        accepted.take().close().sync();
    }

    @Test
    void copiesRegionsThatWindowsCannotSend() throws Exception {
        final Collector collector = new Collector();
        final Channel client = connect(collector, false);
        final FileChannel foreign = new ForeignChannel(FileChannel.open(file, StandardOpenOption.READ));
        client.writeAndFlush(new DefaultFileRegion(foreign, 50_000, 200_000)).sync();
        assertThat(collector.await(200_000)).isEqualTo(part(50_000, 200_000));
        assertThat(foreign.isOpen()).isFalse();
        client.writeAndFlush(new Reversed(file, content.length)).sync();
        final byte[] reversed = collector.await(content.length);
        assertThat(reversed[0]).isEqualTo(content[content.length - 1]);
        assertThat(reversed[content.length - 1]).isEqualTo(content[0]);
        assertThat(copies.allocations()).isPositive();
    }

    /** A channel of another file system: its handle is unknown. */
    private static final class ForeignChannel extends OtherChannel {
        private final FileChannel source;

        ForeignChannel(final FileChannel source) {
            this.source = source;
        }

        @Override
        public long size() throws IOException {
            return source.size();
        }

        @Override
        public long transferTo(final long position, final long count, final WritableByteChannel target)
                throws IOException {
            return source.transferTo(position, count, target);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            source.close();
        }
    }

    /** A region that does not consist of its file's bytes. */
    private final class Reversed extends DefaultFileRegion {
        private long done;

        Reversed(final Path path, final int length) {
            super(path.toFile(), 0, length);
        }

        @Override
        public long transferred() {
            return done;
        }

        @Override
        public long transferTo(final WritableByteChannel target, final long position) throws IOException {
            final ByteBuffer rest = ByteBuffer.allocate((int) (count() - position));
            for (int i = (int) (count() - position) - 1; i >= 0; i--) {
                rest.put(content[i]);
            }
            final int written = target.write(rest.flip());
            done += written;
            return written;
        }
    }

    /** Counts the direct buffers. */
    private static final class CountingAllocator extends AbstractByteBufAllocator {
        private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
        private final AtomicInteger allocations = new AtomicInteger();

        CountingAllocator() {
            super(true);
        }

        int allocations() {
            return allocations.get();
        }

        long used() {
            return allocator.metric().usedDirectMemory();
        }

        @Override
        protected ByteBuf newHeapBuffer(final int initialCapacity, final int maxCapacity) {
            return allocator.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(final int initialCapacity, final int maxCapacity) {
            allocations.incrementAndGet();
            return allocator.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }
}
