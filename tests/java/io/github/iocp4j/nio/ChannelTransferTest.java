package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.direct;
import static io.github.iocp4j.nio.ChannelPair.fill;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static io.github.iocp4j.nio.ChannelPair.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Garbage;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads and writes of channels: results, buffers and the end of the data. */
@Timeout(300)
final class ChannelTransferTest {
    private static final int BLOCK = 1 << 20;

    @ParameterizedTest
    @EnumSource
    void readAndWriteMoveThePosition(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final ByteBuffer direct = direct("one");
            final ByteBuffer heap = heap("two");
            assertThat(pair.client.write(direct).get()).isEqualTo(3);
            assertThat(pair.client.write(heap).get()).isEqualTo(3);
            assertThat(direct.remaining()).isZero();
            assertThat(heap.remaining()).isZero();
            final ByteBuffer first = ByteBuffer.allocate(4);
            final ByteBuffer second = ByteBuffer.allocateDirect(2);
            fill(pair.server, first);
            fill(pair.server, second);
            assertThat(text(first) + text(second)).isEqualTo("onetwo");
        }
    }

    @ParameterizedTest
    @EnumSource
    void handlersGetResultAndAttachment(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Outcome<Integer> read = new Outcome<>();
            final Outcome<Integer> write = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(10), "r", read);
            pair.client.write(heap("abc"), "w", write);
            assertThat(write.get()).isEqualTo(3);
            assertThat(read.get()).isEqualTo(3);
            assertThat(List.of(read.attachment(), write.attachment())).containsExactly("r", "w");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEmptyBufferIsDoneAtOnce(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            assertThat(pair.client.read(ByteBuffer.allocate(0)).get()).isZero();
            assertThat(pair.client.write(ByteBuffer.allocateDirect(0)).get()).isZero();
            final Outcome<Long> scatter = new Outcome<>();
            pair.client.read(new ByteBuffer[] {ByteBuffer.allocate(0)}, 0, 1, 0, TimeUnit.SECONDS, null, scatter);
            assertThat(scatter.get()).isZero();
            final Outcome<Long> none = new Outcome<>();
            pair.client.write(new ByteBuffer[0], 0, 0, 0, TimeUnit.SECONDS, null, none);
            assertThat(none.get()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndIsMinusOne(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Future<Integer> pending = pair.server.read(ByteBuffer.allocate(1));
            pair.client.close();
            assertThat(pending.get()).isEqualTo(-1);
            assertThat(pair.server.read(ByteBuffer.allocateDirect(1)).get()).isEqualTo(-1);
            assertThat(pair.server.read(ByteBuffer.allocateDirect(0)).get()).as("an empty buffer").isZero();
            final Outcome<Long> scatter = new Outcome<>();
            pair.server.read(
                    new ByteBuffer[] {ByteBuffer.allocate(1)}, 0, 1, 0, TimeUnit.SECONDS, null, scatter);
            assertThat(scatter.get()).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteFailsWhenThePeerLeaves(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Outcome<Integer> write = pair.blockedWrite();
            pair.server.close();
            assertThat(write.failure()).isInstanceOf(IOException.class)
                    .isNotInstanceOf(ClosedChannelException.class);
            assertThat(pair.client.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void scatterAndGatherGoThroughAllBuffersInOrder(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final ByteBuffer[] sources = {heap("skipped"), heap("ab"), direct("cde"), direct(""), heap("fgh")};
            final Outcome<Long> write = new Outcome<>();
            pair.client.write(sources, 1, 4, 10, TimeUnit.SECONDS, "w", write);
            assertThat(write.get()).isEqualTo(8);
            assertThat(sources[0].remaining()).isEqualTo(7);
            final ByteBuffer[] targets =
                {ByteBuffer.allocateDirect(1), ByteBuffer.allocate(4), ByteBuffer.allocate(1), direct("123456789")};
            final Outcome<Long> read = new Outcome<>();
            pair.server.read(targets, 0, 4, 10, TimeUnit.SECONDS, "r", read);
            assertThat(read.get()).isEqualTo(8);
            assertThat(text(targets[0]) + '|' + text(targets[1]) + '|' + text(targets[2]) + '|' + text(targets[3]))
                    .isEqualTo("a|bcde|f|gh");
        }
    }

    @ParameterizedTest
    @EnumSource
    void listsLongerThan64AreWrittenCompletely(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final ByteBuffer[] sources = new ByteBuffer[200];
            final StringBuilder expected = new StringBuilder();
            for (int i = 0; i < sources.length; i++) {
                sources[i] = i % 3 == 0 ? direct(i + ",") : heap(i + ",");
                expected.append(i).append(',');
            }
            final Outcome<Long> write = new Outcome<>();
            pair.client.write(sources, 0, sources.length, 0, TimeUnit.SECONDS, null, write);
            assertThat(write.get()).isEqualTo(expected.length());
            final ByteBuffer all = ByteBuffer.allocate(expected.length());
            fill(pair.server, all);
            assertThat(text(all)).isEqualTo(expected.toString());
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsCutListsLongerThan64AndTheNextReadContinues(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final int length = 200;
            final ByteBuffer source = ByteBuffer.allocate(length);
            final ByteBuffer[] targets = new ByteBuffer[length];
            for (int i = 0; i < length; i++) {
                source.put((byte) i);
                targets[i] = i % 3 == 0 ? ByteBuffer.allocate(1) : ByteBuffer.allocateDirect(1);
            }
            pair.client.write(source.flip()).get();
            for (int read = 0; read < length;) {
                final Outcome<Long> outcome = new Outcome<>();
                pair.server.read(targets, read, length - read, 0, TimeUnit.SECONDS, null, outcome);
                final int count = Math.toIntExact(outcome.get());
                assertThat(count).isPositive();
                read += count;
            }
            for (int i = 0; i < length; i++) {
                assertThat(targets[i].flip().get()).isEqualTo((byte) i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMebibyteOnTheHeapIsWrittenCompletely(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final byte[] data = new byte[BLOCK];
            new Random(1).nextBytes(data);
            final ByteBuffer source = ByteBuffer.wrap(data);
            final Future<Integer> write = pair.client.write(source);
            final ByteBuffer target = ByteBuffer.allocate(BLOCK);
            fill(pair.server, target);
            assertThat(write.get()).isEqualTo(BLOCK);
            assertThat(source.remaining()).isZero();
            assertThat(target.array()).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @EnumSource
    void copiesOfHeapBuffersAreUsedAgain(final ChannelPair.Kind kind) throws Exception {
        final BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();
        try (ChannelPair pair = kind.connect()) {
            final long before = direct.getCount();
            for (int i = 0; i < 500; i++) {
                pair.client.write(ByteBuffer.allocate(10_000)).get();
                fill(pair.server, ByteBuffer.allocate(10_000));
            }
            assertThat(direct.getCount()).isLessThan(before + 20);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBufferThatIsInAListTwiceIsWrittenTwice(final ChannelPair.Kind kind) throws Exception {
        for (final ByteBuffer separator : List.of(heap(";"), direct(";"))) {
            try (ChannelPair pair = kind.connect()) {
                final ByteBuffer[] sources = {heap("ab"), separator, direct("cd"), separator};
                final Outcome<Long> write = new Outcome<>();
                pair.client.write(sources, 0, 4, 0, TimeUnit.SECONDS, null, write);
                assertThat(write.get()).isEqualTo(6);
                assertThat(separator.hasRemaining()).isFalse();
                final ByteBuffer target = ByteBuffer.allocate(10);
                assertThat(pair.server.read(target).get()).isEqualTo(6);
                assertThat(text(target)).isEqualTo("ab;cd;");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownInputEndsReads(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final Future<Integer> pending = pair.server.read(ByteBuffer.allocate(1));
            pair.server.shutdownInput();
            pair.server.shutdownInput();
            assertThat(pending.get()).isEqualTo(-1);
            assertThat(pair.server.read(ByteBuffer.allocate(1)).get()).isEqualTo(-1);
            assertThat(pair.server.write(heap("x")).get()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersThatAreChangedInFlightFailTheOperationOnly(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final ByteBuffer target = ByteBuffer.allocate(8);
            final Future<Integer> read = pair.server.read(target);
            target.limit(0);
            pair.client.write(heap("abcd")).get();
            assertThat(Outcome.failureOf(read)).isInstanceOf(IOException.class)
                    .hasMessageContaining("was changed while the operation was in flight");
            pair.client.write(heap("efg")).get();
            final ByteBuffer next = ByteBuffer.allocate(8);
            assertThat(pair.server.read(next).get()).isEqualTo(3);
            assertThat(text(next)).isEqualTo("efg");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteWhoseBufferIsChangedInFlightFailsAndTheNextWorks(final ChannelPair.Kind kind) throws Exception {
        for (final ByteBuffer source : List.of(ByteBuffer.allocateDirect(BLOCK), ByteBuffer.allocate(BLOCK))) {
            try (ChannelPair pair = kind.connect()) {
                final Outcome<Integer> write = pair.blockedWrite(source);
                source.limit(source.position());
                final Outcome<Integer> reads = readToTheEnd(pair.server);
                assertThat(write.failure()).isInstanceOf(IOException.class)
                        .hasMessageContaining("was changed while the operation was in flight");
                assertThat(pair.client.write(heap("next")).get()).isEqualTo(4);
                pair.client.close();
                assertThat(reads.get()).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerIsCollectableAfterItsCall(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final List<WeakReference<Object>> handlers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                final Outcome<Integer> read = new Outcome<>();
                pair.server.read(ByteBuffer.allocate(1), 1, TimeUnit.DAYS, read, read);
                final Outcome<Integer> write = new Outcome<>();
                pair.client.write(heap("x"), write, write);
                write.get();
                read.get();
                handlers.add(new WeakReference<>(read));
                handlers.add(new WeakReference<>(write));
            }
            Garbage.awaitCollected(handlers);
            assertThat(pair.client.isOpen() && pair.server.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyOperationsInARowDoNotGrowTheStack(final ChannelPair.Kind kind) throws Exception {
        try (ChannelPair pair = kind.connect()) {
            final int count = 5_000;
            final Echo reader = new Echo(pair.server, count);
            reader.read();
            final List<Integer> written = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                written.add(pair.client.write(direct("x")).get());
            }
            assertThat(written).hasSize(count).containsOnly(1);
            assertThat(reader.done.get()).isEqualTo(count);
        }
    }

    /** Reads in handlers, until there is the end. */
    private static Outcome<Integer> readToTheEnd(final AsynchronousSocketChannel channel) {
        final Outcome<Integer> end = new Outcome<>();
        final ByteBuffer target = ByteBuffer.allocateDirect(BLOCK);
        channel.read(target, null, new CompletionHandler<Integer, Object>() {
            @Override
            public void completed(final Integer bytes, final Object attachment) {
                if (bytes < 0) {
                    end.completed(bytes, attachment);
                } else {
                    channel.read(target.clear(), null, this);
                }
            }

            @Override
            public void failed(final Throwable failure, final Object attachment) {
                end.failed(failure, attachment);
            }
        });
        return end;
    }

    /** Reads a byte in each handler, until a number has come. */
    private static final class Echo implements CompletionHandler<Integer, Object> {
        final CompletableFuture<Integer> done = new CompletableFuture<>();
        private final AsynchronousSocketChannel channel;
        private final int wanted;
        private int count;

        Echo(final AsynchronousSocketChannel channel, final int wanted) {
            this.channel = channel;
            this.wanted = wanted;
        }

        void read() {
            channel.read(ByteBuffer.allocateDirect(1), null, this);
        }

        @Override
        public void completed(final Integer bytes, final Object attachment) {
            if (++count == wanted) {
                done.complete(count);
            } else {
                read();
            }
        }

        @Override
        public void failed(final Throwable failure, final Object attachment) {
            done.completeExceptionally(failure);
        }
    }
}
