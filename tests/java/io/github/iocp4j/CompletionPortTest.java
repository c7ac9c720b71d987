package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.PortNative;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Posting, batches, the ceiling, settings: a port without devices. */
@Tag("newer-jvm")
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
        try (CompletionPort port = CompletionPort.batchBuilder(recorder).workers(8).batch(16).open()) {
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
            assertThat(port.snapshot().batches()).isEqualTo(recorder.batches());
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
        final BatchListener listener = batch -> {
            sizes.add(batch.size());
            Uninterruptibly.await(go);
        };
        try (CompletionPort port = CompletionPort.batchBuilder(listener).workers(1).batch(16).open()) {
            port.post(0, 0, 0);
            assertThat(sizes.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
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
        final BatchListener listener = batch -> {
            final boolean stuck = batch.token(0) == 0;
            recorder.onCompletions(batch);
            if (stuck) {
                Uninterruptibly.await(go);
            }
        };
        try (CompletionPort port = CompletionPort.batchBuilder(listener).workers(2).batch(1).open()) {
            port.post(0, 0, 0);
            final Thread stuck = recorder.next().thread;
            for (int i = 1; i <= 10; i++) {
                port.post(0, 0, i);
            }

            assertThat(recorder.next(10)).noneMatch(completion -> completion.thread == stuck);
            go.countDown();
        }
    }

    @Test
    void refusesWhatIsBeyondTheCeilingAndRecovers() throws Exception {
        final Semaphore turns = new Semaphore(0);
        final BatchListener listener = batch -> {
            recorder.onCompletions(batch);
            turns.acquireUninterruptibly();
        };
        try (CompletionPort port = CompletionPort.batchBuilder(listener).workers(1).batch(1).operations(4).open()) {
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
    void returnsItsSettings() throws Exception {
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
    void survivesIdsThatAreNone() throws Exception {
        try (CompletionPort port = CompletionPort.open(recorder)) {
            for (final long id : new long[] {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, ~port.id(), port.id() + 1,
                port.id() + (1L << 32), 0x7fff_ffff_0000_0000L}) {
                assertThat(PortNative.post(id, 1, 2, 3)).as("post to %x", id)
                        .isEqualTo(-EngineError.PORT_CLOSED.code());
                assertThat(PortNative.snapshot(id, new long[NativeSnapshot.COUNTERS])).isNull();
                PortNative.closePort(id);
            }
            port.post(0, 0, 42);
            assertThat(recorder.next().token).isEqualTo(42);
        }
    }

    private static List<Thread> threads(final String portName) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(portName + "-worker-")).collect(toList());
    }

    private static int take(final BlockingQueue<Integer> sizes) throws InterruptedException {
        return sizes.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
