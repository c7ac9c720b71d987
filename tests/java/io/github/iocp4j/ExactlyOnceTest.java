package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every accepted operation completes exactly once, while any threads cancel operations and close devices. */
@Timeout(300)
final class ExactlyOnceTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int ROUNDS = 40;
    private static final int THREADS = 4;
    private static final int STEPS = 200;
    private static final int OPERATIONS = ROUNDS * THREADS * STEPS;

    private final AtomicIntegerArray accepted = new AtomicIntegerArray(OPERATIONS);
    private final AtomicIntegerArray completed = new AtomicIntegerArray(OPERATIONS);
    private final AtomicLong tokens = new AtomicLong();
    private final ThreadLocal<ByteBuffer> buffers = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(64));

    /** Counts completions by token; sometimes closes a device, as a listener does when a peer has gone. */
    private void count(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) != Opcode.ACCEPT) {
                completed.incrementAndGet((int) batch.token(i));
                if (batch.status(i) == Win32Error.BROKEN_PIPE && batch.device(i) != null) {
                    batch.device(i).close();
                }
            }
        }
    }

    /** The thread that has started operations ends, while another thread cancels them. */
    @Test
    void holdsForOperationsWhoseThreadEnds() throws Exception {
        final Recorder recorder = new Recorder();
        final CompletionPort port = CompletionPort.open(recorder);
        try {
            final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
            final int reads = 5;
            for (int round = 0; round < 300; round++) {
                final Thread reader = new Thread(() -> {
                    for (int i = 0; i < reads; i++) {
                        pair.server.read(ByteBuffer.allocateDirect(1), i);
                    }
                });
                reader.start();
                // It returns shortly before the thread has ended.
                reader.join();
                pair.server.cancelAll();
                assertThat(recorder.nextByToken(reads).values()).as("round %d", round).allSatisfy(
                        done -> assertThat(done.status).isEqualTo(Win32Error.OPERATION_ABORTED));
            }
        } finally {
            assertThat(port.close(LONG)).isTrue();
        }
    }

    /** The thread that has started a read ends during the close, as one does that a close has woken. */
    @Test
    void holdsForAReadWhoseThreadEndsDuringTheClose() throws Exception {
        final Recorder recorder = new Recorder();
        final int slots = 4;
        final CompletionPort port = CompletionPort.builder(recorder).operations(slots).open();
        try {
            for (int round = 0; round < 500; round++) {
                final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
                final CountDownLatch started = new CountDownLatch(1);
                final Thread reader = new Thread(() -> {
                    pair.client.read(ByteBuffer.allocateDirect(1), 1);
                    started.countDown();
                });
                reader.start();
                started.await();
                final long begin = System.nanoTime();
                while (System.nanoTime() - begin < round % 200 * 3_000) {
                    Thread.onSpinWait();
                }
                assertThat(pair.client.close(LONG)).as("round %d", round).isTrue();
                assertThat(recorder.nextByToken(1).get(1L).status).isEqualTo(Win32Error.HANDLES_CLOSED);
                // Their calls fail, and each slot has had a call that fails.
                for (int i = 0; i < slots; i++) {
                    pair.server.read(ByteBuffer.allocateDirect(1), i);
                }
                recorder.nextByToken(slots);
                assertThat(pair.server.close(LONG)).isTrue();
                reader.join();
            }
        } finally {
            assertThat(port.close(LONG)).isTrue();
        }
    }

    @Test
    void holdsForReadsAndWritesThatAreCancelledAndClosedByMany() throws Exception {
        final Recorder accepts = new Recorder();
        final CompletionPort port = CompletionPort.batchBuilder(batch -> {
            if (batch.opcode(0) == Opcode.ACCEPT) {
                accepts.onCompletions(batch);
            }
            count(batch);
        }).workers(4).operations(500).batch(1).open();
        final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                final PipePair pair = PipePair.open(port, accepts, PipeMode.MESSAGE);
                final List<Future<?>> threads = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    final long seed = round * 31L + thread;
                    threads.add(pool.submit(() -> disturb(pair, new Random(seed))));
                }
                for (final Future<?> thread : threads) {
                    thread.get();
                }
                assertThat(pair.client.close(LONG)).isTrue();
                assertThat(pair.server.close(LONG)).isTrue();
            }
            assertThat(port.snapshot().operationsInFlight()).isZero();
            assertThat(port.snapshot().devices()).isEmpty();
            assertThat(port.snapshot().foreignPackets()).isZero();
        } finally {
            pool.shutdownNow();
            assertThat(port.close(LONG)).isTrue();
        }
        assertThat(tokens.get()).isGreaterThan(1_000);
        for (int token = 0; token < tokens.get(); token++) {
            assertThat(completed.get(token)).as("completions of operation %d", token).isEqualTo(accepted.get(token));
        }
    }

    private void disturb(final PipePair pair, final Random random) {
        final List<Long> ids = new ArrayList<>();
        try {
            for (int step = 0; step < STEPS; step++) {
                final NamedPipe pipe = random.nextBoolean() ? pair.server : pair.client;
                final int what = random.nextInt(100);
                if (what < 40) {
                    start(ids, token -> pipe.read(buffers.get(), token));
                } else if (what < 80) {
                    start(ids, token -> pipe.write(buffers.get(), token));
                } else if (what < 96) {
                    pipe.cancel(ids.isEmpty() ? random.nextLong() : ids.get(random.nextInt(ids.size())));
                } else if (what < 98) {
                    pipe.cancelAll();
                } else if (step > STEPS / 2) {
                    pipe.close(random.nextBoolean() ? LONG : Duration.ZERO);
                }
            }
        } catch (final DeviceClosedException expected) {
            // One of the threads has closed it; that ends the round.
        }
    }

    /** Starts an operation with a token. */
    private interface Starter {
        long start(long token);
    }

    private void start(final List<Long> ids, final Starter starter) {
        final long token = tokens.getAndIncrement();
        try {
            ids.add(starter.start(token));
            accepted.incrementAndGet((int) token);
        } catch (final OperationLimitException expected) {
            // The operation was refused, so that no completion may follow.
        }
    }
}
