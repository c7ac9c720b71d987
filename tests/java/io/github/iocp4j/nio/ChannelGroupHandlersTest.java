package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Uninterruptibly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What handlers of a group may do, and in which order and on which stack they are called. */
@Timeout(300)
final class ChannelGroupHandlersTest {
    @Test
    void aHandlerThatThrowsEndsItsThreadWhichIsReplaced() throws Exception {
        final int count = 300;
        final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        final AtomicInteger threads = new AtomicInteger();
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(2, body -> {
            final Thread thread = new Thread(body, "thrower-" + threads.incrementAndGet());
            thread.setUncaughtExceptionHandler((which, thrown) -> uncaught.add(thrown));
            return thread;
        });
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            for (int i = 0; i < count; i++) {
                final RuntimeException thrown = new RuntimeException("of handler " + i);
                pair.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
                    throw thrown;
                }));
                pair.client.write(heap("x")).get();
                assertThat(uncaught.take()).isSameAs(thrown);
            }
            assertThat(uncaught).isEmpty();
            assertThat(threads).hasValueGreaterThanOrEqualTo(count);
        }
    }

    /** All completions are there when the first handler throws; the channel of each one goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void handlersThatThrowKeepNoOtherFromBeingCalled(final boolean fixed) throws Exception {
        final int count = 10;
        final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        final ThreadFactory factory = body -> {
            final Thread thread = new Thread(body);
            thread.setUncaughtExceptionHandler((which, thrown) -> uncaught.add(thrown));
            return thread;
        };
        final AsynchronousChannelGroup group = fixed ? PROVIDER.openAsynchronousChannelGroup(1, factory)
                : PROVIDER.openAsynchronousChannelGroup(Executors.newSingleThreadExecutor(factory), 0);
        final CountDownLatch release = new CountDownLatch(1);
        final List<ChannelPair> pairs = new ArrayList<>();
        try (ChannelPair blocked = ChannelPair.Kind.TCP.connect(group)) {
            for (int i = 0; i < count; i++) {
                pairs.add(ChannelPair.Kind.TCP.connect(group));
            }
            for (int i = 0; i < count; i++) {
                final String name = "of handler " + i;
                pairs.get(i).server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
                    throw new IllegalStateException(name);
                }));
            }
            final CompletableFuture<Void> blocks = new CompletableFuture<>();
            blocked.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
                blocks.complete(null);
                Uninterruptibly.await(release);
            }));
            blocked.client.write(heap("x"), null, new Outcome<>());
            blocks.get();
            for (final ChannelPair pair : pairs) {
                pair.client.write(heap("x"), null, new Outcome<>());
            }
            release.countDown();
            final Set<String> thrown = new TreeSet<>();
            for (int i = 0; i < count; i++) {
                thrown.add(uncaught.take().getMessage());
            }
            assertThat(thrown).hasSize(count).allMatch(text -> text.startsWith("of handler "));
            for (final ChannelPair pair : pairs) {
                assertThat(pair.server.write(heap("y")).get()).isEqualTo(1);
            }
            assertThat(uncaught).isEmpty();
        }
    }

    @Test
    void handlersOfFailuresMayThrowToo() throws Exception {
        final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(1, body -> {
            final Thread thread = new Thread(body);
            thread.setUncaughtExceptionHandler((which, thrown) -> uncaught.add(thrown));
            return thread;
        });
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            pair.server.read(ByteBuffer.allocate(1), 1, TimeUnit.MILLISECONDS, null, new OnSuccess<>(bytes -> { }));
            assertThat(uncaught.take()).isInstanceOf(AssertionError.class)
                    .hasCauseInstanceOf(InterruptedByTimeoutException.class);
            assertThat(pair.server.write(heap("y")).get()).isEqualTo(1);
            assertThat(uncaught).isEmpty();
        }
    }

    @Test
    void aHandlerMayEndTheGroupInTheOnlyThread() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
        final Outcome<AsynchronousSocketChannel> pending = new Outcome<>();
        ChannelPair.Kind.TCP.listen(group).accept(null, pending);
        final CompletableFuture<Boolean> open = new CompletableFuture<>();
        pair.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
            try {
                group.shutdownNow();
                open.complete(pair.client.isOpen() || pair.server.isOpen());
            } catch (final IOException impossible) {
                open.completeExceptionally(impossible);
            }
        }));
        pair.client.write(heap("x")).get();
        assertThat(open.get()).isFalse();
        assertThat(pending.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aHandlerMayCloseTheChannelInTheOnlyThread() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
        final CompletableFuture<Throwable> failure = new CompletableFuture<>();
        pair.server.read(ByteBuffer.allocate(1), null, new CompletionHandler<Integer, Object>() {
            @Override
            public void completed(final Integer bytes, final Object attachment) {
                failure.complete(null);
            }

            @Override
            public void failed(final Throwable thrown, final Object attachment) {
                failure.complete(thrown);
            }
        });
        final CompletableFuture<Boolean> closed = new CompletableFuture<>();
        pair.client.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
            try {
                pair.server.close();
                pair.client.close();
                closed.complete(pair.client.isOpen());
            } catch (final IOException impossible) {
                closed.completeExceptionally(impossible);
            }
        }));
        pair.server.write(heap("x")).get();
        assertThat(closed.get()).isFalse();
        assertThat(failure.get()).isNotNull();
        pair.close();
    }

    @Test
    void anInterruptInAHandlerDoesNotReachTheNext() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(ChannelPair.fixed(1))) {
            final CompletableFuture<Boolean> second = new CompletableFuture<>();
            pair.server.read(ByteBuffer.allocate(1), null,
                    new OnSuccess<>(bytes -> Thread.currentThread().interrupt()));
            pair.client.write(heap("x")).get();
            final Outcome<Integer> write = new Outcome<>();
            pair.server.write(heap("y"), null, write);
            write.get();
            pair.client.read(ByteBuffer.allocate(1), null, new OnSuccess<>(
                    bytes -> second.complete(Thread.currentThread().isInterrupted())));
            assertThat(second.get()).isFalse();
        }
    }

    /** Without a turn for the other one, the first would go on for ever, because its reads complete at once. */
    @Test
    void aChannelThatAlwaysHasDataDoesNotKeepTheOthersWaiting() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        try (ChannelPair busy = ChannelPair.Kind.TCP.connect(group);
                ChannelPair other = ChannelPair.Kind.TCP.connect(group)) {
            final AtomicInteger calls = new AtomicInteger();
            final CompletableFuture<Integer> callsBeforeTheOther = new CompletableFuture<>();
            final CompletionHandler<Integer, Object> again = new CompletionHandler<>() {
                @Override
                public void completed(final Integer bytes, final Object attachment) {
                    if (calls.incrementAndGet() == 1) {
                        other.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(
                                read -> callsBeforeTheOther.complete(calls.get())));
                        other.client.write(heap("x"));
                    }
                    if (!callsBeforeTheOther.isDone()) {
                        busy.client.read(ByteBuffer.allocate(0), null, this);
                    }
                }

                @Override
                public void failed(final Throwable failure, final Object attachment) {
                    callsBeforeTheOther.completeExceptionally(failure);
                }
            };
            busy.client.read(ByteBuffer.allocate(0), null, again);
            assertThat(callsBeforeTheOther.get()).isPositive();
        }
    }

    @Test
    void handlersAreAtMostTwoDeepOnAStack() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(ChannelPair.fixed(1))) {
            final BlockingQueue<Integer> depths = new LinkedBlockingQueue<>();
            final CompletionHandler<Integer, Object> nested = new CompletionHandler<>() {
                private int depth;
                private int count;

                @Override
                public void completed(final Integer bytes, final Object attachment) {
                    depths.add(++depth);
                    if (++count < 100) {
                        pair.client.read(ByteBuffer.allocate(0), null, this);
                    }
                    depth--;
                }

                @Override
                public void failed(final Throwable failure, final Object attachment) {
                    depths.add(Integer.MAX_VALUE);
                }
            };
            pair.client.read(ByteBuffer.allocate(0), null, nested);
            int deepest = 0;
            for (int i = 0; i < 100; i++) {
                deepest = Math.max(deepest, depths.take());
            }
            assertThat(deepest).isEqualTo(HandlerThread.MAX_DEPTH);
        }
    }

    @Test
    void onlyThreadsOfTheGroupCallHandlersDirectly() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect()) {
            final Outcome<Integer> read = new Outcome<>();
            pair.client.read(ByteBuffer.allocate(0), null, read);
            read.get();
            assertThat(read.thread()).isNotSameAs(Thread.currentThread());
        }
    }

    @Test
    void threadsOfAnotherGroupDoNotCallHandlersDirectly() throws Exception {
        final RecordedThreads threads = new RecordedThreads();
        final AsynchronousChannelGroup own = PROVIDER.openAsynchronousChannelGroup(1, threads);
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(own);
                ChannelPair others = ChannelPair.Kind.TCP.connect(ChannelPair.fixed(1))) {
            final Outcome<Integer> nested = new Outcome<>();
            others.server.read(ByteBuffer.allocate(0), null,
                    new OnSuccess<>(bytes -> pair.server.read(ByteBuffer.allocate(0), null, nested)));
            nested.get();
            assertThat(threads.made).contains(nested.thread());
        }
    }
}
