package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.Uninterruptibly;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.FileLock;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which threads call the handlers of file channels, and what the handlers may do. */
@Timeout(120)
final class FileChannelHandlersTest extends EachFileChannel {
    @ParameterizedTest
    @EnumSource
    void handlersRunOnTheExecutorWhichSurvivesTheClose(final Opener opener) throws Exception {
        final ExecutorService executor = Executors.newSingleThreadExecutor(task -> new Thread(task, "own"));
        try {
            try (AsynchronousFileChannel channel = opener.open(path, Set.of(READ, WRITE, CREATE), executor)) {
                final Outcome<Integer> written = new Outcome<>();
                channel.write(heap("content"), 0, null, written);
                assertThat(written.get()).isEqualTo(7);
                assertThat(written.thread().getName()).isEqualTo("own");
                final Outcome<FileLock> locked = new Outcome<>();
                channel.lock(0, 1, false, null, locked);
                locked.get();
                assertThat(locked.thread().getName()).isEqualTo("own");
            }
            assertThat(executor.submit(() -> "still there").get()).isEqualTo("still there");
        } finally {
            executor.shutdown();
        }
        final AsynchronousFileChannel channel = opener.open(path, Set.of(READ), executor);
        channel.close();
        final Outcome<Integer> refused = new Outcome<>();
        assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1), 0, null, refused))
                .isInstanceOf(ShutdownChannelGroupException.class);
    }

    @ParameterizedTest
    @EnumSource
    void handlersMayBlockInterruptAndClose(final Opener opener) throws Exception {
        final AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE);
        final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch all = new CountDownLatch(40);
        final CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < 40; i++) {
            channel.write(heap("x"), i, null, new OnSuccess<>(bytes -> {
                threads.add(Thread.currentThread());
                all.countDown();
                Uninterruptibly.await(release);
                Thread.currentThread().interrupt();
            }));
        }
        // They block at the same time.
        all.await();
        release.countDown();
        final CompletableFuture<Boolean> closed = new CompletableFuture<>();
        channel.read(ByteBuffer.allocate(1), 0, null, new CompletionHandler<Integer, Object>() {
            @Override
            public void completed(final Integer result, final Object attachment) {
                try {
                    channel.close();
                    closed.complete(!channel.isOpen() && !Thread.currentThread().isInterrupted());
                } catch (final IOException failure) {
                    closed.completeExceptionally(failure);
                }
            }

            @Override
            public void failed(final Throwable failure, final Object attachment) {
                closed.completeExceptionally(failure);
            }
        });
        assertThat(closed.get()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anExceptionOfAHandlerGoesToTheUncaughtHandlerOnceAndTheChannelGoesOn(final Opener opener) throws Exception {
        final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        final ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            final Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((which, thrown) -> uncaught.add(thrown));
            return thread;
        });
        try (AsynchronousFileChannel channel = opener.open(path, Set.of(READ, WRITE, CREATE), executor)) {
            for (int i = 0; i < 10; i++) {
                final IllegalStateException thrown = new IllegalStateException("of handler " + i);
                channel.write(heap("x"), i, null, new OnSuccess<>(bytes -> {
                    throw thrown;
                }));
                assertThat(uncaught.take()).isSameAs(thrown);
            }
            final Outcome<Integer> read = new Outcome<>();
            channel.read(ByteBuffer.allocate(20), 0, null, read);
            assertThat(read.get()).isEqualTo(10);
            assertThat(uncaught).isEmpty();
        } finally {
            executor.shutdown();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerIsCollectableAfterItsCall(final Opener opener) throws Exception {
        try (AsynchronousFileChannel channel = opener.open(path, READ, WRITE, CREATE)) {
            Outcome<Integer> outcome = new Outcome<>();
            channel.write(heap("content"), 0, outcome, outcome);
            outcome.get();
            final WeakReference<Outcome<Integer>> weak = new WeakReference<>(outcome);
            outcome = null;
            Garbage.awaitCollected(List.of(weak));
            assertThat(channel.isOpen()).isTrue();
        }
    }
}
