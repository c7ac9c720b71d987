package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.BlockingCall;
import io.github.iocp4j.fixtures.Garbage;
import io.github.iocp4j.fixtures.Interrupted;
import io.github.iocp4j.fixtures.LoggedLines;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.internal.PipeConnect;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a port: from any thread, in any state. */
@Tag("newer-jvm")
@Timeout(120)
final class CompletionPortCloseTest {
    private final Recorder recorder = new Recorder();

    @Test
    void namesTheWorkersThatKeepItFromClosing() throws Exception {
        final CountDownLatch stuck = new CountDownLatch(1);
        final CountDownLatch inside = new CountDownLatch(1);
        final CompletionPort port = CompletionPort.builder(completion -> {
            inside.countDown();
            Uninterruptibly.await(stuck);
        }).name("slow").workers(1).closeTimeout(Duration.ofMillis(50)).open();
        port.post(0, 0, 0);
        inside.await();
        try (LoggedLines logged = new LoggedLines()) {
            port.close();

            assertThat(logged.lines).hasSize(1).allMatch(line -> line.matches("CompletionPort\\[slow, closed\\] is not"
                    + " closed after 50 ms\\. slow-worker-0 is in the listener for \\d+ ms\\."));
        } finally {
            stuck.countDown();
        }
        assertThat(port.close(Duration.ofSeconds(Recorder.TIMEOUT_SECONDS))).isTrue();
    }

    @Test
    void deliversWhatIsPostedBeforeItIsClosed() throws Exception {
        final CompletionPort port = CompletionPort.builder(recorder).workers(2).open();
        for (int i = 0; i < 1_000; i++) {
            port.post(0, 0, i);
        }

        assertThat(port.close(Duration.ofSeconds(60))).isTrue();

        assertThat(recorder.nextByToken(1_000)).hasSize(1_000);
    }

    @Test
    void refusesEverythingOnceItIsClosed() throws Exception {
        final CompletionPort port = CompletionPort.builder(recorder).name("gone").open();
        assertThat(port.isOpen()).isTrue();

        port.close();

        assertThat(port.isOpen()).isFalse();
        assertThat(port.toString()).isEqualTo("CompletionPort[gone, closed]");
        assertThatThrownBy(() -> port.post(0, 0, 0)).isInstanceOf(PortClosedException.class)
                .hasMessageContaining("gone");
        assertThatThrownBy(port::snapshot).isInstanceOf(PortClosedException.class);
        assertThatThrownBy(() -> NamedPipeServer.builder(port, PipePair.newName()).open())
                .isInstanceOf(PortClosedException.class);
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void canBeClosedTwice() throws Exception {
        final CompletionPort port = CompletionPort.open(recorder);

        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
        assertThat(port.close(Duration.ZERO)).isTrue();
        port.close();
    }

    @Test
    void canBeClosedFromItsListener() throws Exception {
        final CountDownLatch closed = new CountDownLatch(1);
        final BatchListener listener = batch -> {
            batch.port().close();
            closed.countDown();
        };
        final CompletionPort port = CompletionPort.batchBuilder(listener).open();
        port.post(0, 0, 0);

        assertThat(closed.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void completesTheFutureOfCloseAsync() throws Exception {
        final CountDownLatch stuck = new CountDownLatch(1);
        final CompletionPort port = CompletionPort.open(batch -> Uninterruptibly.await(stuck));
        port.post(0, 0, 0);

        final CompletableFuture<Void> closed = port.closeAsync().toCompletableFuture();

        assertThat(closed).isNotDone();
        assertThat(port.isOpen()).isFalse();
        stuck.countDown();
        closed.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        assertThat(port.close(Duration.ZERO)).isTrue();
        assertThat(port.closeAsync().toCompletableFuture()).isDone();
    }

    @Test
    void canBeClosedAgainByAnActionOfItsFuture() throws Exception {
        final CompletionPort port = CompletionPort.open(recorder);
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(1), 0);

        final CompletableFuture<Boolean> device = pair.server.closeAsync()
                .thenApply(none -> pair.server.close(Duration.ZERO)).toCompletableFuture();
        assertThat(device.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        final CompletableFuture<Boolean> all = port.closeAsync()
                .thenApply(none -> pair.client.close(Duration.ZERO) && port.close(Duration.ZERO)).toCompletableFuture();
        assertThat(all.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();

        assertThat(pair.client.closeAsync().toCompletableFuture()).as("with its port").isDone();
        assertThat(port.device(pair.client.key())).isNull();
    }

    @Test
    void canBeClosedFromTheListenerOfAnother() throws Exception {
        final CompletionPort port = CompletionPort.open(recorder);
        final BlockingQueue<Boolean> answers = new ArrayBlockingQueue<>(1);
        try (CompletionPort other =
                CompletionPort.open(batch -> answers.add(port.close(Duration.ofSeconds(60))))) {
            other.post(0, 0, 0);

            assertThat(answers.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void canBeClosedFromManyThreadsAndItsListenerAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            final CompletionPort port =
                    CompletionPort.batchBuilder(batch -> batch.port().close()).workers(2).open();
            final CountDownLatch start = new CountDownLatch(1);
            final ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                final List<Future<Boolean>> closers = LongStream.range(0, 4).mapToObj(i -> pool.submit(() -> {
                    start.await();
                    return port.close(Duration.ofSeconds(60));
                })).collect(toList());
                port.post(0, 0, 0);
                start.countDown();
                for (final Future<Boolean> closer : closers) {
                    assertThat(closer.get()).isTrue();
                }
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void doesNotWaitForAClientThatWaitsForABusyPipe() throws Exception {
        final String name = PipePair.newName();
        final CompletionPort port = CompletionPort.open(recorder);
        try (CompletionPort serving = CompletionPort.open(Completion::device)) {
            NamedPipeServer.builder(serving, name).listening(1).maxInstances(1).open();
            NamedPipeClient.builder(serving, name).connect();
            final BlockingCall<NamedPipe> client = BlockingCall.enter(PipeConnect.class,
                    () -> NamedPipeClient.builder(port, name).timeout(Duration.ofDays(1)).connect());
            assertThat(client.isOver()).as("it waits, for a day").isFalse();

            assertThat(port.close(Duration.ofSeconds(60))).isTrue();
            assertThatThrownBy(client::get).hasCauseInstanceOf(PortClosedException.class);
        }
    }

    @Test
    void reportsThatItCouldNotCloseInTime() throws Exception {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final CompletionPort port = CompletionPort.open(batch -> {
            entered.countDown();
            Uninterruptibly.await(go);
        });
        port.post(0, 0, 0);
        entered.await();

        assertThat(port.close(Duration.ZERO)).isFalse();
        assertThat(port.close(Duration.ofMillis(1))).isFalse();
        assertThatThrownBy(() -> port.post(0, 0, 0)).isInstanceOf(PortClosedException.class);
        go.countDown();

        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void waitsForNothingInAListener() throws Exception {
        final BlockingQueue<Boolean> answers = new ArrayBlockingQueue<>(2);
        final CompletionPort other = CompletionPort.open(recorder);
        final NamedPipeServer device = NamedPipeServer.builder(other, PipePair.newName()).open();
        final CompletionPort port = CompletionPort.builder(batch -> {
            device.close(Duration.ofDays(1));
            answers.add(batch.port().close(Duration.ofDays(1)));
            answers.add(other.close(Duration.ofDays(1)));
        }).workers(1).open();

        port.post(0, 0, 0);

        assertThat(answers.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("it would wait for itself").isFalse();
        assertThat(answers.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isNotNull();
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
        assertThat(other.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void isNotEndedByAnInterrupt() throws Exception {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final CompletionPort port = CompletionPort.open(batch -> {
            entered.countDown();
            Uninterruptibly.await(go);
        });
        port.post(0, 0, 0);
        entered.await();

        final Interrupted closer = new Interrupted(() -> port.close(Duration.ofDays(1)));
        closer.awaitWaiting();
        go.countDown();

        closer.assertDoneAndStillInterrupted();
    }

    @Test
    void losesNothingThatIsPostedWhileItIsClosed() throws Exception {
        for (int round = 0; round < 20; round++) {
            final Recorder heard = new Recorder();
            final CompletionPort port = CompletionPort.builder(heard).workers(2).open();
            final AtomicInteger accepted = new AtomicInteger();
            final CountDownLatch started = new CountDownLatch(1);
            final Thread poster = new Thread(() -> {
                try {
                    while (true) {
                        port.post(0, 0, accepted.get());
                        accepted.incrementAndGet();
                        started.countDown();
                    }
                } catch (final PortClosedException | OperationLimitException expected) {
                    // The end of the test.
                } catch (final Win32Exception e) {
                    throw new AssertionError(e);
                }
            });
            poster.start();
            started.await();

            assertThat(port.close(Duration.ofSeconds(60))).isTrue();
            poster.join();

            assertThat(heard.nextByToken(accepted.get())).hasSize(accepted.get());
            assertThat(heard.isEmpty()).isTrue();
        }
    }

    @Test
    void isForgottenOnceItIsClosed() throws Exception {
        final List<WeakReference<BatchListener>> listeners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            listeners.add(listenerOfAClosedPort());
        }

        Garbage.awaitCollected(listeners);
    }

    /** A method of its own so that no local variable keeps the listener. */
    private static WeakReference<BatchListener> listenerOfAClosedPort() throws Exception {
        final Recorder listener = new Recorder();
        final CompletionPort port = CompletionPort.batchBuilder(listener).open();
        port.post(0, 0, 0);
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
        return new WeakReference<>(listener);
    }
}
