package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.InterruptedByTimeoutException;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads, handlers and the end of groups. */
@Timeout(120)
final class ChannelGroupTest {
    @Test
    void handlersRunOnTheThreadsOfAFixedGroup() throws Exception {
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(3, body -> {
            final Thread thread = new Thread(body);
            threads.add(thread);
            return thread;
        });
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            assertThat(threads).hasSize(3);
            for (int i = 0; i < 20; i++) {
                final Outcome<Integer> read = new Outcome<>();
                pair.server.read(ByteBuffer.allocate(1), null, read);
                final Outcome<Integer> write = new Outcome<>();
                pair.client.write(heap("x"), null, write);
                read.get();
                write.get();
                assertThat(threads).contains(read.thread(), write.thread());
            }
        }
    }

    @Test
    void aHandlerThatBlocksHoldsUpNoOther() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(2);
        try (ChannelPair first = ChannelPair.Kind.TCP.connect(group);
                ChannelPair second = ChannelPair.Kind.TCP.connect(group)) {
            final CountDownLatch release = new CountDownLatch(1);
            final CompletableFuture<Void> blocks = new CompletableFuture<>();
            first.server.read(ByteBuffer.allocate(1), null, handler(bytes -> {
                blocks.complete(null);
                await(release);
            }));
            first.client.write(heap("x")).get();
            blocks.get();
            for (int i = 0; i < 10; i++) {
                final Outcome<Integer> read = new Outcome<>();
                second.server.read(ByteBuffer.allocate(1), null, read);
                second.client.write(heap("x")).get();
                assertThat(read.get()).isEqualTo(1);
            }
            release.countDown();
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "true, 2", "true, -1"})
    void aGivenOrCachedExecutorCallsTheHandlers(final boolean cached, final int initialSize) throws Exception {
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final ThreadFactory factory = body -> {
            final Thread thread = new Thread(body);
            threads.add(thread);
            return thread;
        };
        final ExecutorService executor =
                cached ? Executors.newCachedThreadPool(factory) : Executors.newFixedThreadPool(2, factory);
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(executor, initialSize);
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(1), null, read);
            pair.client.write(heap("x")).get();
            read.get();
            assertThat(threads).contains(read.thread());
            assertThat(executor.isShutdown()).isFalse();
        }
        assertThat(executor.isTerminated()).isTrue();
    }

    @Test
    void anExecutorThatRefusesDoesNotLoseAHandler() throws Exception {
        final ExecutorService executor = Executors.newCachedThreadPool();
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(executor, 0);
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(1), null, read);
            executor.shutdown();
            pair.client.write(heap("x")).get();
            assertThat(read.get()).isEqualTo(1);
        }
    }

    /** Whether it also queues the handler, as an executor may do whose new thread could not start. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anExecutorWithoutAThreadDoesNotLoseAHandler(final boolean queues) throws Exception {
        final ExecutorService threads = Executors.newCachedThreadPool();
        final AtomicBoolean failing = new AtomicBoolean();
        final ExecutorService executor = new AbstractExecutorService() {
            @Override
            public void execute(final Runnable task) {
                if (queues || !failing.get()) {
                    threads.execute(task);
                }
                if (failing.get()) {
                    throw new OutOfMemoryError("thrown by the test: no thread");
                }
            }

            @Override
            public void shutdown() {
                threads.shutdown();
            }

            @Override
            public List<Runnable> shutdownNow() {
                return threads.shutdownNow();
            }

            @Override
            public boolean isShutdown() {
                return threads.isShutdown();
            }

            @Override
            public boolean isTerminated() {
                return threads.isTerminated();
            }

            @Override
            public boolean awaitTermination(final long timeout, final TimeUnit unit) throws InterruptedException {
                return threads.awaitTermination(timeout, unit);
            }
        };
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(PROVIDER.openAsynchronousChannelGroup(executor, 0))) {
            failing.set(true);
            for (int i = 0; i < 100; i++) {
                final Outcome<Integer> read = new Outcome<>();
                pair.server.read(ByteBuffer.allocate(1), null, read);
                pair.client.write(heap("x")).get();
                assertThat(read.get()).isEqualTo(1);
            }
        }
    }

    @Test
    void handlersOfAGroupThatEndsRunOnTheExecutorBeforeTheEnd() throws Exception {
        for (int i = 0; i < 20; i++) {
            final Set<Thread> threads = ConcurrentHashMap.newKeySet();
            final ExecutorService executor = Executors.newFixedThreadPool(1, body -> {
                final Thread thread = new Thread(body);
                threads.add(thread);
                return thread;
            });
            final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(executor, 0);
            final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
            pair.client.close();
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(1), null, read);
            group.shutdownNow();
            assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(read.isCalledOnce()).isTrue();
            assertThat(threads).contains(read.thread());
        }
    }

    @Test
    void twoHundredAndFiftySixHandlersBlockAtOnceInTheDefaultGroup() throws Exception {
        final int count = 256;
        final CountDownLatch all = new CountDownLatch(count);
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.listen(null)) {
            final Queue<AsynchronousSocketChannel> open = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < count; i++) {
                final Future<AsynchronousSocketChannel> accept = server.accept();
                final AsynchronousSocketChannel client = ChannelPair.Kind.TCP.open(null);
                client.connect(server.getLocalAddress()).get();
                open.add(client);
                final AsynchronousSocketChannel accepted = accept.get();
                open.add(accepted);
                accepted.read(ByteBuffer.allocate(1), null, handler(bytes -> {
                    all.countDown();
                    await(all);
                }));
                client.write(heap("x")).get();
            }
            all.await();
            for (final AsynchronousSocketChannel channel : open) {
                channel.close();
            }
        }
    }

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
                pair.server.read(ByteBuffer.allocate(1), null, handler(bytes -> {
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
                pairs.get(i).server.read(ByteBuffer.allocate(1), null, handler(bytes -> {
                    throw new IllegalStateException(name);
                }));
            }
            final CompletableFuture<Void> blocks = new CompletableFuture<>();
            blocked.server.read(ByteBuffer.allocate(1), null, handler(bytes -> {
                blocks.complete(null);
                await(release);
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
            pair.server.read(ByteBuffer.allocate(1), 1, TimeUnit.MILLISECONDS, null, handler(bytes -> { }));
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
        pair.server.read(ByteBuffer.allocate(1), null, handler(bytes -> {
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
        pair.client.read(ByteBuffer.allocate(1), null, handler(bytes -> {
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
            pair.server.read(ByteBuffer.allocate(1), null, handler(bytes -> Thread.currentThread().interrupt()));
            pair.client.write(heap("x")).get();
            final Outcome<Integer> write = new Outcome<>();
            pair.server.write(heap("y"), null, write);
            write.get();
            pair.client.read(ByteBuffer.allocate(1), null, handler(
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
                        other.server.read(ByteBuffer.allocate(1), null, handler(
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
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final AsynchronousChannelGroup own = PROVIDER.openAsynchronousChannelGroup(1, body -> {
            final Thread thread = new Thread(body);
            threads.add(thread);
            return thread;
        });
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(own);
                ChannelPair others = ChannelPair.Kind.TCP.connect(ChannelPair.fixed(1))) {
            final Outcome<Integer> nested = new Outcome<>();
            others.server.read(ByteBuffer.allocate(0), null,
                    handler(bytes -> pair.server.read(ByteBuffer.allocate(0), null, nested)));
            nested.get();
            assertThat(threads).contains(nested.thread());
        }
    }

    @Test
    void shutdownLetsChannelsGoOnAndEndsAfterTheLastClose() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(2);
        final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
        group.shutdown();
        group.shutdown();
        assertThat(group.isShutdown()).isTrue();
        pair.client.write(heap("x")).get();
        assertThat(pair.server.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
        pair.client.close();
        assertThat(group.awaitTermination(10, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(group.isTerminated()).isFalse();
        pair.server.close();
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(group.isTerminated()).isTrue();
    }

    @Test
    void shutdownNowClosesEverything() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.listen(group);
        final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
        server.accept(null, accept);
        group.shutdownNow();
        assertThat(server.isOpen() || pair.client.isOpen() || pair.server.isOpen()).isFalse();
        assertThat(accept.failure()).isNotNull();
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aChannelThatIsOpenedDuringTheShutdownIsRefusedOrClosed() throws Exception {
        for (int i = 0; i < 50; i++) {
            final AsynchronousChannelGroup group = ChannelPair.fixed(1);
            final CompletableFuture<Void> refused = CompletableFuture.runAsync(() -> openUntilRefused(group));
            if (i % 2 == 0) {
                Thread.yield();
            }
            group.shutdownNow();
            refused.get();
            ChannelPair.end(group);
        }
    }

    @Test
    void anAcceptAfterShutdownClosesTheConnection() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.listen(group);
        group.shutdown();
        final Future<AsynchronousSocketChannel> accept = server.accept();
        try (AsynchronousSocketChannel client = ChannelPair.Kind.TCP.open(null)) {
            client.connect(server.getLocalAddress()).get();
            assertThat(Outcome.failureOf(accept)).isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(ShutdownChannelGroupException.class);
            assertThat(ended(client)).isTrue();
        }
        server.close();
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void threeHundredAndThirtyGroups() throws Exception {
        final List<AsynchronousChannelGroup> groups = new ArrayList<>();
        for (int i = 0; i < 330; i++) {
            groups.add(ChannelPair.fixed(1));
        }
        for (final AsynchronousChannelGroup group : groups) {
            ChannelPair.end(group);
        }
    }

    @Test
    void anOperationOutlivesTheThreadThatHasStartedIt() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect()) {
            final Outcome<Integer> read = new Outcome<>();
            final Thread starter = new Thread(() -> pair.server.read(ByteBuffer.allocate(1), null, read));
            starter.start();
            starter.join();
            pair.client.write(heap("x")).get();
            assertThat(read.get()).isEqualTo(1);
        }
    }

    /** As those of the JDK, which some programs know. */
    @Test
    void groupsAreExecutors() throws Exception {
        for (final AsynchronousChannelGroup group : List.of(ChannelPair.fixed(1),
                PROVIDER.openAsynchronousChannelGroup(Executors.newCachedThreadPool(), 1))) {
            final CompletableFuture<Thread> ran = new CompletableFuture<>();
            ((Executor) group).execute(() -> ran.complete(Thread.currentThread()));
            assertThat(ran.get()).isNotSameAs(Thread.currentThread());
            ChannelPair.end(group);
            assertThatThrownBy(() -> ((Executor) group).execute(() -> { }))
                    .isInstanceOf(ShutdownChannelGroupException.class);
        }
    }

    @Test
    void aFactoryThatThrowsFailsTheOpening() {
        final IllegalStateException thrown = new IllegalStateException("no thread");
        assertThatThrownBy(() -> PROVIDER.openAsynchronousChannelGroup(1, body -> {
            throw thrown;
        })).isSameAs(thrown);
    }

    private static void openUntilRefused(final AsynchronousChannelGroup group) {
        try {
            while (true) {
                ChannelPair.Kind.TCP.open(group);
                ChannelPair.Kind.TCP.openServer(group);
                ChannelPair.Kind.PIPE.openServer(group);
            }
        } catch (final ShutdownChannelGroupException expected) {
            assertThat(group.isShutdown()).isTrue();
        } catch (final Exception unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    private static CompletionHandler<Integer, Object> handler(final Consumer<Integer> completed) {
        return new CompletionHandler<>() {
            @Override
            public void completed(final Integer bytes, final Object attachment) {
                completed.accept(bytes);
            }

            @Override
            public void failed(final Throwable failure, final Object attachment) {
                throw new AssertionError(failure);
            }
        };
    }

    private static boolean ended(final AsynchronousSocketChannel channel) throws InterruptedException {
        try {
            return channel.read(ByteBuffer.allocate(1)).get() == -1;
        } catch (final ExecutionException reset) {
            return true;
        }
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
