package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.Interrupted;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.PipesOnAPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a pipe, and what is in flight then. */
@Tag("newer-jvm")
@Timeout(120)
final class NamedPipeCloseTest extends PipesOnAPort {
    @Test
    void abortsWhatIsInFlightWhenItIsClosed() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        for (int i = 0; i < 20; i++) {
            pair.server.read(ByteBuffer.allocateDirect(10), i);
        }

        assertThat(pair.server.close(LONG)).isTrue();

        assertThat(recorder.nextByToken(20)).allSatisfy(
                (token, done) -> assertThat(done.status).isEqualTo(Win32Error.HANDLES_CLOSED));
        assertThat(recorder.isEmpty()).isTrue();
        close(pair);
    }

    @Test
    void abortsAWriteWithoutAReader() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        pair.client.write(ByteBuffer.allocateDirect(1 << 20), 1);

        assertThat(pair.client.close(LONG)).isTrue();

        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        close(pair);
    }

    @Test
    void refusesEverythingOnceItIsClosed() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        final long id = pair.server.read(ByteBuffer.allocateDirect(10), 1);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(10);

        assertThat(pair.server.close(LONG)).isTrue();
        recorder.next();

        assertThat(pair.server.isOpen()).isFalse();
        assertThat(pair.server.toString()).contains("closed");
        assertThatThrownBy(() -> pair.server.read(buffer, 0)).isInstanceOf(DeviceClosedException.class)
                .hasMessageContaining(pair.server.name());
        assertThatThrownBy(() -> pair.server.write(buffer, 0)).isInstanceOf(DeviceClosedException.class);
        assertThat(pair.server.cancel(id)).isFalse();
        pair.server.cancelAll();
        assertThat(pair.server.close(LONG)).as("again").isTrue();
        pair.server.close();
        close(pair);
    }

    @Test
    void canBeClosedFromTheListenerWithOperationsInFlight() throws Exception {
        final CountDownLatch closed = new CountDownLatch(1);
        final Recorder heard = new Recorder();
        final BatchListener listener = batch -> {
            for (int i = 0; i < batch.size(); i++) {
                if (batch.opcode(i) == Opcode.READ && batch.token(i) == 1) {
                    batch.device(i).close();
                    closed.countDown();
                }
            }
            heard.onCompletions(batch);
        };
        try (CompletionPort closing = CompletionPort.batchBuilder(listener).open()) {
            final PipePair pair = PipePair.open(closing, heard, PipeMode.MESSAGE);
            pair.server.read(ByteBuffer.allocateDirect(10), 1);
            pair.server.read(ByteBuffer.allocateDirect(10), 2);
            pair.client.write(PipePair.buffer("x"), 3);

            assertThat(closed.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();

            final Map<Long, Recorder.Completion> completions = heard.nextByToken(3);
            assertThat(completions.get(1L).status).isZero();
            assertThat(completions.get(2L).status).isEqualTo(Win32Error.HANDLES_CLOSED);
            assertThat(pair.server.close(LONG)).isTrue();
        }
    }

    @Test
    void isNotEndedByAnInterrupt() throws Exception {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final Recorder heard = new Recorder();
        try (CompletionPort closing = CompletionPort.open(completion -> {
            heard.onCompletion(completion);
            if (completion.opcode() == Opcode.WRITE) {
                entered.countDown();
                Uninterruptibly.await(go);
            }
        })) {
            final PipePair pair = PipePair.open(closing, heard, PipeMode.BYTE);
            pair.client.write(PipePair.buffer("x"), 1);
            entered.await();
            assertThat(pair.client.close(Duration.ofMillis(1))).as("the listener still looks at its write").isFalse();

            final Interrupted closer = new Interrupted(() -> pair.client.close(Duration.ofDays(1)));
            closer.awaitWaiting();
            go.countDown();

            closer.assertDoneAndStillInterrupted();
        }
    }

    @Test
    void isClosedWithItsPort() throws Exception {
        final Recorder heard = new Recorder();
        final CompletionPort closing = CompletionPort.open(heard);
        final PipePair pair = PipePair.open(closing, heard, PipeMode.BYTE);
        pair.server.read(ByteBuffer.allocateDirect(10), 1);
        pair.client.read(ByteBuffer.allocateDirect(10), 2);

        assertThat(closing.close(LONG)).isTrue();

        assertThat(heard.nextByToken(2).values()).allMatch(
                done -> done.status == Win32Error.HANDLES_CLOSED || done.status == Win32Error.BROKEN_PIPE);
        assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocateDirect(1), 0))
                .isInstanceOf(DeviceClosedException.class);
        assertThat(pair.server.close(LONG)).isTrue();
    }

    @Test
    void isListedUntilItIsClosed() throws Exception {
        final PipePair pair = open(PipeMode.BYTE);
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::key)
                .containsExactlyInAnyOrder(pair.server.key(), pair.client.key());
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::name)
                .containsOnly(pair.server.name()).hasSize(2);
        assertThat(pair.client.name()).isEqualTo(pair.server.name()).startsWith("\\\\.\\pipe\\");

        pair.client.read(ByteBuffer.allocateDirect(1), 0);
        pair.client.read(ByteBuffer.allocateDirect(1), 1);
        assertThat(port.snapshot().devices()).filteredOn(device -> device.key() == pair.client.key())
                .extracting(DeviceSnapshot::operationsInFlight).containsExactly(2);
        assertThat(port.snapshot().operationsInFlight()).isEqualTo(2);

        assertThat(port.device(pair.client.key())).isSameAs(pair.client);
        assertThat(pair.client.close(LONG)).isTrue();
        assertThat(port.device(pair.client.key())).as("the Java object is forgotten, too").isNull();
        assertThat(port.snapshot().devices()).extracting(DeviceSnapshot::key).containsExactly(pair.server.key());
        assertThat(pair.server.close(LONG)).isTrue();
        assertThat(port.snapshot().devices()).isEmpty();
        recorder.next(2);
    }
}
