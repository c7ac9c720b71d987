package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The counts of accepted and completed operations balance for each result of an operation; a hanging operation is
 * visible.
 */
@Timeout(120)
final class PortSnapshotTest extends RecordedPort {
    /** The accept of the pair, and the accept of the instance that replaced it and was closed with the server. */
    private static final long BEFORE = 2;

    private PipePair pair;

    @Override
    public CompletionPort.Builder settings() {
        return super.settings().operations(50);
    }

    @BeforeEach
    void openPair() throws Exception {
        pair = PipePair.open(port, recorder, PipeMode.BYTE);
        awaitBalance(BEFORE);
    }

    @Test
    void balancesAfterSuccess() throws Exception {
        pair.client.write(PipePair.buffer("x"), 0);
        pair.server.read(ByteBuffer.allocateDirect(1), 0);
        recorder.next(2);

        awaitBalance(BEFORE + 2);
        assertThat(device(pair.server).operationsAccepted()).as("the accept, too").isEqualTo(2);
        assertThat(device(pair.server).operationsCompleted()).isEqualTo(2);
        assertThat(device(pair.client).operationsAccepted()).isEqualTo(1);
        assertThat(port.snapshot().toString())
                .matches("PortSnapshot\\[\\d+ workers, \\d+ devices, 0 operations in flight, 4 accepted, 4 completed,"
                        + " \\d+ completions in \\d+ batches]");
    }

    @Test
    void balancesAfterFailureAtOnceAndLater() throws Exception {
        pair.server.read(ByteBuffer.allocateDirect(1), 0);
        assertThat(pair.client.close(LONG)).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
        pair.server.read(ByteBuffer.allocateDirect(1), 0);
        assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);

        awaitBalance(BEFORE + 2);
    }

    @Test
    void balancesAfterCancelling() throws Exception {
        final long one = pair.server.read(ByteBuffer.allocateDirect(1), 0);
        pair.server.read(ByteBuffer.allocateDirect(1), 0);
        assertThat(port.snapshot().operationsAccepted()).isEqualTo(BEFORE + 2);
        assertThat(port.snapshot().operationsCompleted()).isEqualTo(BEFORE);
        assertThat(port.snapshot().operationsQuarantined()).as("nothing is closing").isZero();
        pair.server.cancel(one);
        recorder.next();
        awaitBalance(BEFORE + 2, 1);
        pair.server.cancelAll();
        recorder.next();

        awaitBalance(BEFORE + 2);
    }

    @Test
    void balancesAfterTimeouts() throws Exception {
        for (int i = 0; i < 10; i++) {
            pair.server.read(ByteBuffer.allocateDirect(1), Duration.ofMillis(1 + i), 0);
        }
        recorder.next(10);

        awaitBalance(BEFORE + 10);
    }

    @Test
    void balancesAfterClosingADevice() throws Exception {
        for (int i = 0; i < 10; i++) {
            pair.server.read(ByteBuffer.allocateDirect(1), 0);
        }
        assertThat(pair.server.close(LONG)).isTrue();
        recorder.next(10);

        assertThat(port.snapshot().operationsAccepted()).as("it is remembered").isEqualTo(BEFORE + 10);
        awaitBalance(BEFORE + 10);
    }

    @Test
    void countsNothingThatWasRefused() throws Exception {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        for (int i = 0; i < 50; i++) {
            pair.server.read(buffer, 0);
        }
        assertThatThrownBy(() -> pair.server.read(buffer, 0)).isInstanceOf(OperationLimitException.class);
        assertThatThrownBy(() -> pair.client.read(buffer, Duration.ofMillis(1), 0))
                .isInstanceOf(OperationLimitException.class);
        assertThat(pair.server.close(LONG)).isTrue();
        assertThatThrownBy(() -> pair.server.read(buffer, 0)).isInstanceOf(DeviceClosedException.class);
        assertThat(DeviceNative.read(pair.client.key(), buffer, 0, 2, 0, 0, Timeouts.NO_DEADLINE))
                .isEqualTo(-EngineError.BAD_BUFFER.code());
        recorder.next(50);

        awaitBalance(BEFORE + 50);
    }

    @Test
    void countsAServersAccepts() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, PipePair.newName()).listening(3).open();
        assertThat(port.snapshot().operationsAccepted()).isEqualTo(BEFORE + 3);
        NamedPipeClient.builder(port, server.name()).connect();
        recorder.nextSuccess(Opcode.ACCEPT);
        awaitBalance(BEFORE + 4, 3);

        assertThat(server.close(LONG)).isTrue();

        awaitBalance(BEFORE + 4);
    }

    @Test
    void countsNoPostedPackets() throws Exception {
        final long delivered = port.snapshot().completions();
        port.post(1, 2, 3);
        recorder.next();

        awaitBalance(BEFORE);
        assertThat(port.snapshot().completions()).as("but it was delivered").isEqualTo(delivered + 1);
    }

    @Test
    void showsTheOperationsThatKeepAClosedDeviceOpen() throws Exception {
        final CountDownLatch go = new CountDownLatch(1);
        final Recorder heard = new Recorder();
        try (CompletionPort slow = CompletionPort.batchBuilder(batch -> {
            heard.onCompletions(batch);
            if (batch.token(0) == 7) {
                Uninterruptibly.await(go);
            }
        }).batch(1).workers(2).open()) {
            final PipePair stuck = PipePair.open(slow, heard, PipeMode.BYTE);
            stuck.server.read(ByteBuffer.allocateDirect(1), 7);
            stuck.client.write(PipePair.buffer("x"), 0);
            heard.next(2);

            assertThat(stuck.server.close(Duration.ZERO)).isFalse();
            assertThat(stuck.server.close(Duration.ofMillis(20))).as("nor within a while").isFalse();

            while (slow.snapshot().operationsQuarantined() != 1) {
                // The accept was delivered, but may not be counted yet; the test's timeout ends the loop.
                Thread.sleep(1);
            }
            final PortSnapshot snapshot = slow.snapshot();
            assertThat(snapshot.unbalancedDevices()).isZero();
            assertThat(snapshot.devices()).filteredOn(device -> device.key() == stuck.server.key()).singleElement()
                    .matches(DeviceSnapshot::closing)
                    .matches(device -> device.operationsAccepted() == device.operationsCompleted() + 1);
            go.countDown();

            assertThat(stuck.server.close(LONG)).isTrue();
            assertThat(slow.snapshot().operationsQuarantined()).isZero();
            assertThat(slow.snapshot().unbalancedDevices()).isZero();
        }
    }

    /** Waits until nothing is in flight; a completion is counted shortly after the listener has returned. */
    private void awaitBalance(final long accepted) throws InterruptedException {
        awaitBalance(accepted, 0);
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    /** Waits until all but so many of the operations have completed; the test's timeout ends that. */
    private void awaitBalance(final long accepted, final long inFlight) throws InterruptedException {
        while (port.snapshot().operationsCompleted() < accepted - inFlight) {
            Thread.sleep(1);
        }
        final PortSnapshot snapshot = port.snapshot();
        assertThat(snapshot.operationsAccepted()).isEqualTo(accepted);
        assertThat(snapshot.operationsCompleted()).isEqualTo(accepted - inFlight);
        assertThat(snapshot.operationsQuarantined()).isZero();
        assertThat(snapshot.unbalancedDevices()).isZero();
        assertThat(snapshot.foreignPackets()).isZero();
    }

    private DeviceSnapshot device(final Device device) {
        return port.snapshot().devices().stream().filter(found -> found.key() == device.key()).findAny().orElseThrow();
    }
}
