package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.Uninterruptibly;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The threads and executors of groups, which call the handlers. */
@Timeout(120)
final class ChannelGroupTest {
    @Test
    void handlersRunOnTheThreadsOfAFixedGroup() throws Exception {
        final RecordedThreads threads = new RecordedThreads();
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(3, threads);
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            assertThat(threads.made).hasSize(3);
            for (int i = 0; i < 20; i++) {
                final Outcome<Integer> read = new Outcome<>();
                pair.server.read(ByteBuffer.allocate(1), null, read);
                final Outcome<Integer> write = new Outcome<>();
                pair.client.write(heap("x"), null, write);
                read.get();
                write.get();
                assertThat(threads.made).contains(read.thread(), write.thread());
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
            first.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
                blocks.complete(null);
                Uninterruptibly.await(release);
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
                accepted.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
                    all.countDown();
                    Uninterruptibly.await(all);
                }));
                client.write(heap("x")).get();
            }
            all.await();
            for (final AsynchronousSocketChannel channel : open) {
                channel.close();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "true, 0", "true, 2", "true, -1"})
    void aGivenOrCachedExecutorCallsTheHandlers(final boolean cached, final int initialSize) throws Exception {
        final RecordedThreads threads = new RecordedThreads();
        final ExecutorService executor =
                cached ? Executors.newCachedThreadPool(threads) : Executors.newFixedThreadPool(2, threads);
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(executor, initialSize);
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(group)) {
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(1), null, read);
            pair.client.write(heap("x")).get();
            read.get();
            assertThat(threads.made).contains(read.thread());
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
                    .isInstanceOf(RejectedExecutionException.class);
        }
    }

    /** A task that the executor runs on the caller's thread may throw what else a refusal throws. */
    @Test
    void groupsThrowWhatTheirExecutorThrows() throws Exception {
        final ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new SynchronousQueue<>(), new ThreadPoolExecutor.CallerRunsPolicy());
        final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(executor, 0);
        final CountDownLatch end = new CountDownLatch(1);
        executor.execute(() -> Uninterruptibly.await(end));
        for (final RuntimeException thrown
                : List.of(new ShutdownChannelGroupException(), new RejectedExecutionException("of the task"))) {
            assertThatThrownBy(() -> ((Executor) group).execute(() -> {
                throw thrown;
            })).isSameAs(thrown).hasNoCause();
        }
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.AbortPolicy());
        assertThatThrownBy(() -> ((Executor) group).execute(() -> { }))
                .isInstanceOf(RejectedExecutionException.class).hasNoCause();
        end.countDown();
        ChannelPair.end(group);
    }

    @Test
    void aFactoryThatThrowsFailsTheOpening() {
        final IllegalStateException thrown = new IllegalStateException("no thread");
        assertThatThrownBy(() -> PROVIDER.openAsynchronousChannelGroup(1, body -> {
            throw thrown;
        })).isSameAs(thrown);
    }
}
