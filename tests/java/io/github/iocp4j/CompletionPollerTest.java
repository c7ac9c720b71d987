package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.PollerNative;
import io.github.iocp4j.internal.PortNative;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A port without workers does everything on the polling thread, and nothing while no thread polls. */
@Timeout(300)
final class CompletionPollerTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final Recorder recorder = new Recorder();
    private CompletionPort port;
    private CompletionPoller poller;

    @BeforeEach
    void openPort() throws Exception {
        port = CompletionPort.builder(recorder).polled().operations(1000).open();
        poller = port.openPoller();
    }

    @AfterEach
    void closePort() throws Exception {
        assertThat(port.close(LONG)).as("the closing thread drains it").isTrue();
        others.shutdown();
        assertThat(others.awaitTermination(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callsTheListenerOnThePollingThread() throws Exception {
        port.post(1, 2, 3);
        assertThat(recorder.isEmpty()).as("no thread polls").isTrue();

        assertThat(poller.poll()).isEqualTo(1);

        final Recorder.Completion completion = recorder.next();
        assertThat(completion.thread).isSameAs(Thread.currentThread());
        assertThat(completion.token).isEqualTo(3);
        assertThat(poller.poll(0)).isZero();
        assertThat(poller.poll(1)).as("a short wait ends by itself").isZero();
        assertThat(port.isPolled()).isTrue();
        assertThat(port.snapshot().workers()).isZero();
    }

    @Test
    void servesAndConnectsOnOneThread() throws Exception {
        final String name = PipePair.newName();
        final NamedPipeServer server = NamedPipeServer.builder(port, name).listening(1).open();
        final NamedPipe client = NamedPipeClient.builder(port, name).connect();
        final NamedPipe accepted = (NamedPipe) pollFor(Opcode.ACCEPT).device;
        final ByteBuffer received = ByteBuffer.allocateDirect(10);
        accepted.read(received, 1);
        client.write(PipePair.buffer("polled"), 2);

        while (accepted.port().snapshot().operationsInFlight() > 1) {
            poller.poll();
        }
        assertThat(recorder.nextByToken(2).keySet()).containsExactlyInAnyOrder(1L, 2L);
        assertThat(PipePair.text(received, 6)).isEqualTo("polled");

        accepted.read(received, 4);
        assertThat(accepted.close(LONG)).as("its last completion is still to be polled").isFalse();
        final Recorder.Completion last = pollFor(Opcode.READ);
        assertThat(last.token).isEqualTo(4);
        assertThat(last.status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThat(accepted.close(Duration.ZERO)).as("and now it is gone").isTrue();
        server.close();
    }

    @Test
    void cancelsAndTimesOut() throws Exception {
        final PipePair pair = connect();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);
        final long cancelled = pair.server.read(buffer, 1);
        assertThat(pair.server.cancel(cancelled)).isTrue();
        assertThat(pollFor(Opcode.READ).status).isEqualTo(Win32Error.OPERATION_ABORTED);
        pair.server.read(buffer.clear().limit(1), Duration.ofMillis(10), 2);
        assertThat(pollFor(Opcode.READ).status).isEqualTo(Win32Error.TIMEOUT);
    }

    @Test
    void isWokenFromAnyThread() throws Exception {
        port.wakeUp();
        port.wakeUp();
        assertThat(poller.poll()).as("woken before it began to wait").isZero();
        assertThat(poller.poll(0)).isZero();

        final Future<?> waker = others.submit(() -> {
            while (port.snapshot().workerStates().get(0).activity() != WorkerActivity.WAITING) {
                Thread.yield();
            }
            port.wakeUp();
        });
        assertThat(poller.poll()).isZero();
        waker.get();
    }

    @Test
    void severalThreadsShareAPort() throws Exception {
        final int posts = 500;
        final List<Future<Integer>> polling = new ArrayList<>();
        final AtomicInteger delivered = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            polling.add(others.submit(() -> {
                int own = 0;
                try (CompletionPoller mine = port.openPoller()) {
                    while (delivered.get() < posts) {
                        final int count = mine.poll();
                        delivered.addAndGet(count);
                        own += count;
                        port.wakeUp();
                    }
                }
                return own;
            }));
        }
        for (int i = 0; i < posts; i++) {
            port.post(0, 0, i);
        }
        int sum = 0;
        for (final Future<Integer> one : polling) {
            sum += one.get();
        }
        assertThat(sum).isEqualTo(posts);
        assertThat(recorder.nextByToken(posts)).hasSize(posts);
    }

    @Test
    void portIsClosedByTheListenerItself() throws Exception {
        final AtomicReference<Boolean> closed = new AtomicReference<>();
        final Recorder inner = new Recorder();
        final CompletionPort own = CompletionPort.batchBuilder(batch -> {
            inner.onCompletions(batch);
            closed.compareAndSet(null, batch.port().close(LONG));
        }).polled().open();
        final CompletionPoller mine = own.openPoller();
        own.post(0, 0, 1);
        own.post(0, 0, 2);

        assertThat(mine.poll()).isEqualTo(2);

        assertThat(closed.get()).as("it cannot wait for itself").isFalse();
        assertThat(inner.next(2)).hasSize(2);
        assertThatThrownBy(mine::poll).isInstanceOf(PortClosedException.class).hasMessageContaining("iocp4j");
        assertThat(own.close(LONG)).isTrue();
    }

    @Test
    void closingDrainsWhatIsInFlight() throws Exception {
        final PipePair pair = connect();
        for (int i = 0; i < 20; i++) {
            pair.server.read(ByteBuffer.allocateDirect(1), i);
        }
        port.post(0, 0, 100);

        assertThat(port.close(LONG)).isTrue();

        assertThat(recorder.nextByToken(21)).hasSize(21);
        assertThat(pair.server.isOpen()).isFalse();
        assertThatThrownBy(() -> poller.poll(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(port::openPoller).isInstanceOf(PortClosedException.class);
    }

    @Test
    void closingAPortLetsEveryPollReturn() throws Exception {
        final Future<?> waiting = others.submit(() -> {
            try {
                while (true) {
                    poller.poll();
                }
            } catch (final IllegalStateException closed) {
                return null;
            }
        });
        while (port.snapshot().workerStates().get(0).activity() != WorkerActivity.WAITING) {
            Thread.yield();
        }

        assertThat(port.close(LONG)).isTrue();

        waiting.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void closingWithoutATimeoutDoesNotWait() throws Exception {
        port.post(0, 0, 1);
        assertThat(port.close(Duration.ZERO)).isFalse();
        assertThat(port.closeAsync().toCompletableFuture().isDone()).isFalse();
        assertThat(poller.poll()).as("what was accepted comes").isEqualTo(1);
        assertThat(port.closeAsync().toCompletableFuture().isDone()).isTrue();
    }

    @Test
    void listenerThatThrowsEndsNoPoll() throws Exception {
        final List<Throwable> thrown = new ArrayList<>();
        final RuntimeException problem = new IllegalArgumentException("from the listener");
        try (CompletionPort own = CompletionPort.builder(batch -> {
            throw problem;
        }).polled().exceptionHandler((completion, what) -> thrown.add(what)).open();
                CompletionPoller mine = own.openPoller()) {
            own.post(0, 0, 1);
            assertThat(mine.poll()).isEqualTo(1);
            own.post(0, 0, 2);
            assertThat(mine.poll()).isEqualTo(1);
        }
        assertThat(thrown).containsExactly(problem, problem);
    }

    @Test
    void isForOneThreadAtATime() throws Exception {
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        final AtomicReference<CompletionPoller> mine = new AtomicReference<>();
        final AtomicReference<Throwable> again = new AtomicReference<>();
        try (CompletionPort own = CompletionPort.builder(batch -> {
            try {
                mine.get().poll(0);
            } catch (final IllegalStateException refused) {
                again.set(refused);
            }
            inside.countDown();
            Uninterruptibly.await(leave);
        }).polled().open()) {
            mine.set(own.openPoller());
            own.post(0, 0, 1);
            final Future<Integer> polling = others.submit(() -> mine.get().poll());
            inside.await();
            assertThat(again.get()).as("by its own listener").hasMessageContaining("in use");
            assertThatThrownBy(() -> mine.get().poll(0)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one thread at a time");
            mine.get().close();
            leave.countDown();
            assertThat(polling.get()).as("who polls finishes").isEqualTo(1);
            assertThatThrownBy(() -> mine.get().poll(0)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("open another poller");
        }
    }

    @Test
    void refusesMisuse() throws Exception {
        assertThatThrownBy(() -> poller.poll(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("timeoutMillis");
        poller.close();
        poller.close();
        assertThatThrownBy(poller::poll).isInstanceOf(IllegalStateException.class).hasMessageContaining("is closed");
        assertThatThrownBy(() -> CompletionPort.builder(recorder).polled().workers(2).open())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("workers(2)");
        try (CompletionPort pool = CompletionPort.builder(recorder).workers(1).open()) {
            assertThat(pool.isPolled()).isFalse();
            assertThatThrownBy(pool::openPoller).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("polled()");
            pool.wakeUp();
            pool.post(0, 0, 9);
            assertThat(recorder.next().token).isEqualTo(9);
            assertThat(pool.snapshot().foreignPackets()).isZero();
        }
    }

    @Test
    void thereAreManyPollersButNotEndlesslyMany() {
        final List<CompletionPoller> all = new ArrayList<>();
        all.add(poller);
        while (all.size() < 1024) {
            all.add(port.openPoller());
        }
        assertThatThrownBy(port::openPoller).isInstanceOf(IllegalStateException.class).hasMessageContaining("close");
        all.remove(500).close();
        all.add(port.openPoller());
        all.forEach(CompletionPoller::close);
        assertThat(port.snapshot().workerStates()).hasSize(1024);
        poller = port.openPoller();
    }

    @Test
    void nativeCallsBelieveNothing() throws Exception {
        for (final long key : new long[] {0, -1, 1, port.id(), Long.MAX_VALUE, 1L << 32}) {
            assertThat(PollerNative.poll(key, 0, false, true)).isEqualTo(-EngineError.POLLER_CLOSED.code());
            assertThat(PollerNative.records(key)).isNull();
            PollerNative.delivered(key);
            PollerNative.close(key);
            PortNative.wakeUp(key == port.id() ? 0 : key);
        }
        assertThat(PollerNative.open(0)).isEqualTo(-EngineError.PORT_CLOSED.code());
        final long own = PollerNative.open(port.id());
        PollerNative.delivered(own);
        port.post(0, 0, 5);
        assertThat(PollerNative.poll(own, -1, false, true)).isEqualTo(1);
        assertThat(PollerNative.poll(own, 0, false, true)).isEqualTo(-EngineError.POLLER_BUSY.code());
        PollerNative.close(own);
        PollerNative.delivered(own);
        PollerNative.delivered(own);
        assertThat(PollerNative.poll(own, 0, false, true)).isEqualTo(-EngineError.POLLER_CLOSED.code());
    }

    @Test
    void pollingAllocatesNothing() throws Exception {
        final PipePair pair = connect();
        final ByteBuffer message = PipePair.buffer("x");
        final ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        final AtomicInteger reads = new AtomicInteger();
        recorder.divertTo(completion -> {
            if (completion.opcode() == Opcode.READ && completion.status() == Win32Error.SUCCESS) {
                reads.incrementAndGet();
            }
        });
        allocatedHere();
        final long ofMeasuring = -allocatedHere() + allocatedHere();
        final List<Long> costs = new ArrayList<>();
        int free = 0;
        // The JVM's own work costs some rounds, and a busy machine does it late.
        while (free < 4 && costs.size() < 40) {
            final long before = allocatedHere();
            for (int i = 0; i < 500; i++) {
                final int goal = reads.get() + 1;
                pair.server.read(buffer, 0);
                pair.client.write(message, 0);
                port.wakeUp();
                while (reads.get() < goal) {
                    poller.poll();
                }
            }
            costs.add(allocatedHere() - before - ofMeasuring);
            free += costs.get(costs.size() - 1) == 0 ? 1 : 0;
        }
        assertThat(free).as("rounds that cost no bytes; the rounds cost %s", costs).isEqualTo(4);
    }

    private static long allocatedHere() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** Polls until the next completion has come, which must have that opcode and status. */
    private Recorder.Completion pollFor(final Opcode opcode) throws InterruptedException {
        while (recorder.isEmpty()) {
            poller.poll();
        }
        final Recorder.Completion completion = recorder.next();
        assertThat(completion.opcode).as(completion.toString()).isEqualTo(opcode);
        return completion;
    }

    private PipePair connect() throws Exception {
        return PipePair.open(port, PipeMode.BYTE, () -> (NamedPipe) pollFor(Opcode.ACCEPT).device);
    }
}
