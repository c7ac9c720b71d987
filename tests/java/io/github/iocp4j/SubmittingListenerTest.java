package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A listener that starts the next operation, any number of times: the stack does not grow. */
@Tag("newer-jvm")
@Timeout(120)
final class SubmittingListenerTest {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);
    private static final int STEPS = 5_000;

    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicInteger shallowest = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger deepest = new AtomicInteger();
    private final CountDownLatch done = new CountDownLatch(1);

    /** One step, which may start the next one. */
    private interface Step {
        void take(CompletionBatch batch, int index) throws Exception;
    }

    @Test
    void mayPostFromWithin() throws Exception {
        // The packet's slot is free again when the listener is called.
        try (CompletionPort port = CompletionPort.batchBuilder(stepping((batch, i) -> batch.port().post(0, 0, 0)))
                .operations(1).open()) {
            port.post(0, 0, 0);

            awaitDone();
        }
    }

    @Test
    void mayReadAndWriteFromWithin() throws Exception {
        final Recorder accepts = new Recorder();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        final PipePair[] pair = new PipePair[1];
        final BatchListener turns = stepping((batch, i) -> {
            final NamedPipe pipe = (NamedPipe) batch.device(i);
            assertThat(batch.status(i)).isZero();
            if (batch.opcode(i) == Opcode.READ) {
                pipe.write(buffer, 0);
            } else {
                (pipe == pair[0].server ? pair[0].client : pair[0].server).read(buffer, 0);
            }
        });
        try (CompletionPort port = CompletionPort.batchBuilder(
                batch -> (batch.opcode(0) == Opcode.ACCEPT ? accepts : turns).onCompletions(batch)).batch(1).open()) {
            pair[0] = PipePair.open(port, accepts, PipeMode.BYTE);
            pair[0].client.write(buffer, 0);

            awaitDone();
        }
    }

    /** An operation that fails at once completes like any other, and not inside the call that starts it. */
    @Test
    void mayStartFromWithinWhatFailsAtOnce() throws Exception {
        final Recorder accepts = new Recorder();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        final BatchListener again = stepping((batch, i) -> {
            assertThat(batch.status(i)).isEqualTo(Win32Error.BROKEN_PIPE);
            ((NamedPipe) batch.device(i)).read(buffer, 0);
        });
        try (CompletionPort port = CompletionPort.batchBuilder(
                batch -> (batch.opcode(0) == Opcode.ACCEPT ? accepts : again).onCompletions(batch)).batch(1).open()) {
            final PipePair pair = PipePair.open(port, accepts, PipeMode.BYTE);
            assertThat(pair.client.close(LONG)).isTrue();
            pair.server.read(buffer, 0);

            awaitDone();
        }
    }

    @Test
    void isRefusedFromWithinAsFromWithoutAndGoesOn() throws Exception {
        final AtomicInteger refused = new AtomicInteger();
        try (CompletionPort port = CompletionPort.batchBuilder(stepping((batch, i) -> {
            for (int more = 0; more < 3; more++) {
                try {
                    batch.port().post(0, 0, 0);
                } catch (final OperationLimitException full) {
                    refused.incrementAndGet();
                }
            }
        })).operations(4).workers(1).open()) {
            port.post(0, 0, 0);

            awaitDone();
            assertThat(refused.get()).isPositive();
        }
    }

    @Test
    void mayCloseThePortAndGoOnSubmitting() throws Exception {
        final Recorder accepts = new Recorder();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        final BatchListener closer = stepping((batch, i) -> {
            final NamedPipe pipe = (NamedPipe) batch.device(i);
            batch.port().close();
            try {
                pipe.write(buffer, 0);
                throw new AssertionError("accepted by a device that is closed");
            } catch (final DeviceClosedException expected) {
                done.countDown();
            }
        });
        final CompletionPort port = CompletionPort.batchBuilder(
                batch -> (batch.opcode(0) == Opcode.ACCEPT ? accepts : closer).onCompletions(batch)).batch(1).open();
        final PipePair pair = PipePair.open(port, accepts, PipeMode.BYTE);
        pair.client.write(buffer, 0);

        awaitDone();

        assertThat(port.close(LONG)).isTrue();
    }

    private BatchListener stepping(final Step step) {
        return batch -> {
            // The worker enters Java anew for each batch, so that the depth is the same each time.
            final int depth = Thread.currentThread().getStackTrace().length;
            shallowest.accumulateAndGet(depth, Math::min);
            deepest.accumulateAndGet(depth, Math::max);
            for (int i = 0; i < batch.size(); i++) {
                if (steps.incrementAndGet() >= STEPS) {
                    done.countDown();
                } else {
                    take(step, batch, i);
                }
            }
        };
    }

    private static void take(final Step step, final CompletionBatch batch, final int index) {
        try {
            step.take(batch, index);
        } catch (final PortClosedException | DeviceClosedException endOfTest) {
            // Posts that come after the close.
        } catch (final Exception e) {
            throw new AssertionError(e);
        }
    }

    private void awaitDone() throws InterruptedException {
        assertThat(done.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("after %d steps", steps.get()).isTrue();
        // The first lines of a thread's trace are not always counted the same way.
        assertThat(deepest.get() - shallowest.get()).isLessThan(5);
    }
}
