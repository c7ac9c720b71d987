package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Posting, batches, throwing listeners, the ceiling, closing: a port without devices. */
@Timeout(120)
final class CompletionPortTest {
    private final Recorder recorder = new Recorder();

    @Test
    void deliversWhatWasPostedAsItWasPosted() throws Exception {
        try (CompletionPort port = CompletionPort.builder(recorder).workers(1).open()) {
            port.post(Long.MIN_VALUE, Integer.MIN_VALUE, -1);
            port.post(0, 0, 0);
            port.post(-1, -1, Long.MAX_VALUE);

            final List<Recorder.Completion> completions = recorder.next(3);

            assertThat(completions).allMatch(completion -> completion.opcode == Opcode.POST
                    && completion.status == Win32Error.SUCCESS && completion.device == null);
            assertThat(completions).extracting(completion -> completion.key).containsExactly(Long.MIN_VALUE, 0L, -1L);
            assertThat(completions).extracting(completion -> completion.bytes)
                    .containsExactly(Integer.MIN_VALUE, 0, -1);
            assertThat(completions).extracting(completion -> completion.token)
                    .containsExactly(-1L, 0L, Long.MAX_VALUE);
        }
    }

    @Test
    void deliversInTheOrderOfPosting() throws Exception {
        try (CompletionPort port = CompletionPort.builder(recorder).workers(1).open()) {
            for (int i = 0; i < 2_000; i++) {
                port.post(0, 0, i);
            }

            assertThat(recorder.next(2_000)).extracting(completion -> completion.token)
                    .containsExactlyElementsOf(LongStream.range(0, 2_000).boxed().collect(toList()));
        }
    }

    @Test
    void deliversOnceWhateverManyThreadsPostToManyWorkers() throws Exception {
        final int threads = 4;
        final int each = 500;
        final ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (CompletionPort port = CompletionPort.builder(recorder).workers(8).batch(16).open()) {
            for (int thread = 0; thread < threads; thread++) {
                final long first = thread * (long) each;
                pool.submit(() -> {
                    for (int i = 0; i < each; i++) {
                        port.post(0, 0, first + i);
                    }
                    return null;
                });
            }

            assertThat(recorder.nextByToken(threads * each)).hasSize(threads * each);
            assertThat(port.snapshot().completions()).isEqualTo(threads * each);
            assertThat(port.snapshot().batches()).isEqualTo(recorder.calls());
            assertThat(port.snapshot().operationsInFlight()).isZero();
        } finally {
            pool.shutdownNow();
        }
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void handsOverWhatHasGatheredInBatchesOfTheChosenSize() throws Exception {
        final CountDownLatch go = new CountDownLatch(1);
        final BlockingQueue<Integer> sizes = new ArrayBlockingQueue<>(100);
        final CompletionListener listener = batch -> {
            sizes.add(batch.size());
            awaitUninterruptibly(go);
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(16).open()) {
            port.post(0, 0, 0);
            assertThat(sizes.poll(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
            for (int i = 0; i < 40; i++) {
                port.post(0, 0, i);
            }
            go.countDown();

            assertThat(List.of(take(sizes), take(sizes), take(sizes))).containsExactly(16, 16, 8);
            assertThat(port.snapshot().largestBatch()).isEqualTo(16);
            assertThat(port.snapshot().batchCeiling()).isEqualTo(16);
        }
    }

    @Test
    void letsAnotherWorkerGoOnWhileOneIsStuckInTheListener() throws Exception {
        final CountDownLatch go = new CountDownLatch(1);
        final CompletionListener listener = batch -> {
            final boolean stuck = batch.token(0) == 0;
            recorder.onCompletions(batch);
            if (stuck) {
                awaitUninterruptibly(go);
            }
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(2).batch(1).open()) {
            port.post(0, 0, 0);
            final Thread stuck = recorder.next().thread;
            for (int i = 1; i <= 10; i++) {
                port.post(0, 0, i);
            }

            assertThat(recorder.next(10)).noneMatch(completion -> completion.thread == stuck);
            go.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, ThreadDeath.class})
    void survivesWhateverTheListenerThrows(final Class<? extends Throwable> type) throws Exception {
        final BlockingQueue<Throwable> handled = new ArrayBlockingQueue<>(100);
        final BlockingQueue<Thread> threads = new ArrayBlockingQueue<>(100);
        final CompletionListener listener = batch -> {
            recorder.onCompletions(batch);
            if (batch.token(0) < 10) {
                throw CompletionPortTest.<RuntimeException>sneaky(type);
            }
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1)
                .exceptionHandler((thread, thrown) -> {
                    threads.add(thread);
                    handled.add(thrown);
                }).open()) {
            for (int i = 0; i < 20; i++) {
                port.post(0, 0, i);
            }

            final Thread worker = recorder.next(20).get(0).thread;
            assertThat(handled).hasSize(10).allMatch(type::isInstance);
            assertThat(threads).containsOnly(worker);
        }
    }

    @Test
    void survivesAListenerThatRecursForEver() throws Exception {
        final BlockingQueue<Throwable> handled = new ArrayBlockingQueue<>(100);
        final CompletionListener listener = batch -> {
            if (batch.token(0) == 0) {
                recur(1);
            }
            recorder.onCompletions(batch);
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1)
                .exceptionHandler((thread, thrown) -> handled.add(thrown)).open()) {
            port.post(0, 0, 0);
            port.post(0, 0, 1);

            assertThat(recorder.next().token).isEqualTo(1);
            assertThat(handled).hasSize(1).allMatch(StackOverflowError.class::isInstance);
        }
    }

    @Test
    void survivesAHandlerThatThrowsAsWell() throws Exception {
        final CompletionListener listener = batch -> {
            recorder.onCompletions(batch);
            throw new IllegalStateException("the listener");
        };
        final PrintStream console = System.err;
        System.setErr(new PrintStream(new ByteArrayOutputStream()));
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1)
                .exceptionHandler((thread, thrown) -> {
                    throw (RuntimeException) thrown;
                }).open()) {
            for (int i = 0; i < 10; i++) {
                port.post(0, 0, i);
            }

            assertThat(recorder.nextByToken(10)).hasSize(10);
        } finally {
            System.setErr(console);
        }
    }

    @Test
    void tellsTheThreadsOwnHandlerUnlessThereIsAnother() throws Exception {
        final BlockingQueue<Throwable> handled = new ArrayBlockingQueue<>(10);
        final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> handled.add(thrown));
        final CompletionPort port = CompletionPort.open(batch -> {
            throw new IllegalStateException("the listener");
        });
        try {
            port.post(0, 0, 0);

            assertThat(handled.poll(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).hasMessage("the listener");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
            port.close();
        }
    }

    @Test
    void isForgottenOnceItIsClosed() throws Exception {
        final List<WeakReference<CompletionListener>> listeners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            listeners.add(listenerOfAClosedPort());
        }

        Garbage.awaitCollected(listeners);
    }

    @Test
    void refusesWhatIsBeyondTheCeilingAndRecovers() throws Exception {
        final Semaphore turns = new Semaphore(0);
        final CompletionListener listener = batch -> {
            recorder.onCompletions(batch);
            turns.acquireUninterruptibly();
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1).operations(4).open()) {
            port.post(0, 0, 0);
            recorder.next();
            for (int i = 1; i <= 4; i++) {
                port.post(0, 0, i);
            }
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> port.post(0, 0, 99)).isInstanceOf(OperationLimitException.class)
                        .hasMessageContaining("CompletionPort.Builder.operations");
            }
            assertThat(port.snapshot().operationsInFlight()).isEqualTo(4);
            assertThat(port.snapshot().operationCeiling()).isEqualTo(4);

            turns.release();
            assertThat(recorder.next().token).isEqualTo(1);
            port.post(0, 0, 5);
            assertThatThrownBy(() -> port.post(0, 0, 99)).isInstanceOf(OperationLimitException.class);

            turns.release(100);
            assertThat(recorder.next(4)).extracting(completion -> completion.token).containsExactly(2L, 3L, 4L, 5L);
        }
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void tellsItsSettings() throws Exception {
        final int processors = Runtime.getRuntime().availableProcessors();
        try (CompletionPort port = CompletionPort.open(recorder);
                CompletionPort chosen = CompletionPort.builder(recorder).name("chosen").concurrency(3).workers(5)
                        .batch(7).operations(11).open()) {
            assertThat(port.name()).isEqualTo("iocp4j");
            assertThat(port.snapshot().concurrency()).isEqualTo(processors);
            assertThat(port.snapshot().workers()).isEqualTo(2 * processors + 2);
            assertThat(port.snapshot().batchCeiling()).isEqualTo(256);
            assertThat(port.snapshot().operationCeiling()).isEqualTo(65_536);
            assertThat(port.snapshot().devices()).isEmpty();

            assertThat(chosen.snapshot().concurrency()).isEqualTo(3);
            assertThat(chosen.snapshot().workers()).isEqualTo(5);
            assertThat(chosen.snapshot().batchCeiling()).isEqualTo(7);
            assertThat(chosen.snapshot().operationCeiling()).isEqualTo(11);
            assertThat(chosen.toString()).isEqualTo("CompletionPort[chosen]");
        }
    }

    @Test
    void takesLimitsAtTheirMost() throws Exception {
        try (CompletionPort port = CompletionPort.builder(recorder).workers(300).concurrency(1024).batch(4096)
                .operations(1 << 22).open()) {
            port.post(0, 0, 7);
            assertThat(recorder.next().token).isEqualTo(7);
        }
    }

    @Test
    void hasDaemonWorkersWithItsName() throws Exception {
        try (CompletionPort port = CompletionPort.builder(recorder).name("порт").workers(3).open()) {
            assertThat(threads("порт")).extracting(Thread::getName)
                    .containsExactlyInAnyOrder("порт-worker-0", "порт-worker-1", "порт-worker-2");
            assertThat(threads("порт")).allMatch(Thread::isDaemon);
            port.post(0, 0, 0);
            assertThat(recorder.next().thread.getName()).startsWith("порт-worker-");
        }
        assertThat(threads("порт")).as("after close").isEmpty();
    }

    @Test
    void keepsItsCompletionsApartFromThoseOfAnother() throws Exception {
        final Recorder other = new Recorder();
        try (CompletionPort port = CompletionPort.builder(recorder).name("one").open();
                CompletionPort second = CompletionPort.builder(other).name("two").open()) {
            for (int i = 0; i < 100; i++) {
                port.post(1, 0, i);
                second.post(2, 0, i);
            }

            assertThat(recorder.nextByToken(100).values()).allMatch(completion -> completion.key == 1)
                    .allMatch(completion -> completion.thread.getName().startsWith("one-"));
            assertThat(other.nextByToken(100).values()).allMatch(completion -> completion.key == 2)
                    .allMatch(completion -> completion.thread.getName().startsWith("two-"));

            assertThat(port.close(Duration.ofSeconds(60))).isTrue();
            second.post(2, 0, 1);
            assertThat(other.next().key).isEqualTo(2);
        }
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
        final CompletionListener listener = batch -> {
            batch.port().close();
            closed.countDown();
        };
        final CompletionPort port = CompletionPort.builder(listener).open();
        port.post(0, 0, 0);

        assertThat(closed.await(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void tellsWhenItHasClosedBehindTheBackOfItsCloser() throws Exception {
        final CountDownLatch stuck = new CountDownLatch(1);
        final CompletionPort port = CompletionPort.open(batch -> awaitUninterruptibly(stuck));
        port.post(0, 0, 0);

        final CompletableFuture<Void> closed = port.closeAsync().toCompletableFuture();

        assertThat(closed).isNotDone();
        assertThat(port.isOpen()).isFalse();
        stuck.countDown();
        closed.get(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(port.close(Duration.ZERO)).isTrue();
        assertThat(port.closeAsync().toCompletableFuture()).isDone();
    }

    @Test
    void canBeClosedAgainByWhoeverIsToldThatItHasClosed() throws Exception {
        final CompletionPort port = CompletionPort.open(recorder);
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(1), 0);

        final CompletableFuture<Boolean> device = pair.server.closeAsync()
                .thenApply(none -> pair.server.close(Duration.ZERO)).toCompletableFuture();
        assertThat(device.get(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        final CompletableFuture<Boolean> all = port.closeAsync()
                .thenApply(none -> pair.client.close(Duration.ZERO) && port.close(Duration.ZERO)).toCompletableFuture();
        assertThat(all.get(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

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

            assertThat(answers.poll(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
    }

    @Test
    void canBeClosedFromManyThreadsAndItsListenerAtOnce() throws Exception {
        for (int round = 0; round < 20; round++) {
            final CompletionPort port =
                    CompletionPort.builder(batch -> batch.port().close()).workers(2).open();
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
        final ExecutorService pool = Executors.newSingleThreadExecutor();
        try (CompletionPort serving = CompletionPort.open(batch -> { })) {
            NamedPipeServer.builder(serving, name).listening(1).maxInstances(1).open();
            NamedPipeClient.builder(serving, name).connect();
            final CountDownLatch connecting = new CountDownLatch(1);
            final Future<?> client = pool.submit(() -> {
                connecting.countDown();
                return NamedPipeClient.builder(port, name).timeout(Duration.ofMinutes(1)).connect();
            });
            connecting.await();
            // Long enough to be in the midst of waiting; should it be too short, the test shows nothing but passes.
            Thread.sleep(200);

            assertThat(port.close(Duration.ofSeconds(20))).isTrue();
            assertThatThrownBy(client::get).hasCauseInstanceOf(PortClosedException.class);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void tellsThatItCouldNotCloseInTime() throws Exception {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final CompletionPort port = CompletionPort.open(batch -> {
            entered.countDown();
            awaitUninterruptibly(go);
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
    void survivesIdsThatAreNone() throws Exception {
        try (CompletionPort port = CompletionPort.open(recorder)) {
            for (final long id : new long[] {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, ~port.id(), port.id() + 1,
                port.id() + (1L << 32), 0x7fff_ffff_0000_0000L}) {
                assertThat(PortNative.post(id, 1, 2, 3)).as("post to %x", id).isEqualTo(-Refusal.PORT_CLOSED.code());
                assertThat(PortNative.snapshot(id, new long[PortSnapshot.COUNTERS])).isNull();
                PortNative.closePort(id, 0);
            }
            port.post(0, 0, 42);
            assertThat(recorder.next().token).isEqualTo(42);
        }
    }

    /** A method of its own so that no local variable keeps the listener. */
    private static WeakReference<CompletionListener> listenerOfAClosedPort() throws Exception {
        final Recorder listener = new Recorder();
        final CompletionPort port = CompletionPort.open(listener);
        port.post(0, 0, 0);
        assertThat(port.close(Duration.ofSeconds(60))).isTrue();
        return new WeakReference<>(listener);
    }

    private static void recur(final int depth) {
        recur(depth + 1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(final Class<? extends Throwable> type) throws T {
        try {
            throw (T) type.getDeclaredConstructor().newInstance();
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Thread> threads(final String portName) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(portName + "-worker-")).collect(toList());
    }

    private static int take(final BlockingQueue<Integer> sizes) throws InterruptedException {
        return sizes.poll(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static void awaitUninterruptibly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
