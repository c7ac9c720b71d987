package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The protocol on a monitor's pipe, also with malicious peers. */
final class MonitorProtocolTest {
    @Test
    void readsWhatIsDocumented() throws Exception {
        final PortSnapshot snapshot = MadeUpSnapshot.snapshot();
        assertThat(snapshot.name()).isEqualTo(MadeUpSnapshot.NAME);
        assertThat(snapshot.state()).isEqualTo(PortState.OPEN);
        assertThat(snapshot.isPolled()).isTrue();
        assertThat(snapshot.processId()).isEqualTo(4711);
        assertThat(snapshot.nanoTime()).isEqualTo(5_000_000_000L);
        assertThat(new long[] {snapshot.concurrency(), snapshot.workers(), snapshot.batchCeiling(),
            snapshot.operationCeiling(), snapshot.operationsInFlight(), snapshot.mostOperationsInFlight(),
            snapshot.queuedPackets().orElse(-1), snapshot.completions(), snapshot.largestBatch(),
            snapshot.foreignPackets(), snapshot.operationsAccepted(), snapshot.operationsCompleted(),
            snapshot.operationsCompletedInline(), snapshot.bytes(), snapshot.operationsQuarantined(),
            snapshot.unbalancedDevices(), snapshot.failedDequeues(), snapshot.deviceCount(),
            snapshot.untakenConnections()})
                .containsExactly(1000, 1001, 1002, 1003, 1004, 1005, -1, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                        1014, 1015, 1016, 1017, 1018);
        assertThat(snapshot.batchesBySize()).containsExactly(100, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 89, 88);
        assertThat(snapshot.batches()).isEqualTo(1222);
        assertThat(snapshot.failuresByName()).isEqualTo(Map.of("ERROR_BROKEN_PIPE", 3L, "OTHER", 4L));
        assertThat(snapshot.workerStates()).extracting(WorkerSnapshot::activity)
                .containsExactly(WorkerActivity.WAITING, WorkerActivity.IN_LISTENER);
        assertThat(snapshot.workerStates()).extracting(WorkerSnapshot::duration)
                .containsOnly(Duration.ofMillis(MadeUpSnapshot.MILLIS));
        final DeviceSnapshot device = snapshot.devices().get(0);
        assertThat(device.key()).isEqualTo(0x100000002L);
        assertThat(device.kind()).isEqualTo(DeviceKind.FILE);
        assertThat(device.closing()).isTrue();
        assertThat(device.name()).isEqualTo(MadeUpSnapshot.DEVICE);
        assertThat(device.operationsInFlight()).isEqualTo(9);
        assertThat(device.operationsAccepted()).isEqualTo(99);
        assertThat(device.operationsCompleted()).isEqualTo(90);
        assertThat(device.operationsCompletedInline()).isEqualTo(10);
        assertThat(device.bytes()).isEqualTo(123_456);
    }

    @Test
    void writesWhatItReads() throws Exception {
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        SnapshotCodec.write(MadeUpSnapshot.snapshot(), new DataOutputStream(written));
        final byte[] answer = MadeUpSnapshot.answer();
        assertThat(written.toByteArray()).isEqualTo(Arrays.copyOfRange(answer, 8, answer.length));
    }

    @Test
    void anAnswerThatIsCutAnywhereIsRefused() throws Exception {
        final byte[] answer = MadeUpSnapshot.answer();
        for (int length = 0; length < answer.length; length++) {
            refuses(Arrays.copyOf(answer, length), "");
        }
        refuses(Arrays.copyOf(answer, answer.length + 1), "continues after its end");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        refuses(changed(0, 0), "does not begin like a response");
        refuses(changed(5, 2), "it has version 2, but this program needs version 1");
        refuses(changed(7, 1), "it has version 1");
        refuses(changed(24, 3), "ordinal 3, but there are 3");
        refuses(changed(MadeUpSnapshot.COUNTERS_AT, 16), "counters");
        refuses(changed(MadeUpSnapshot.COUNTERS_AT + 1, 0x80), "negative");
        refuses(changed(26, 0xff), "in the middle of a text");
        final int failuresAt = MadeUpSnapshot.COUNTERS_AT + 1 + 8 * MadeUpSnapshot.COUNTERS + 1 + 8 * 13;
        refuses(changed(failuresAt, 0x7f), "too short for 2130706434 items");
        refuses(changed(failuresAt, 0xff), "too short for 4278190082 items");
    }

    @Test
    void nothingButAnIoExceptionComesOfRandomChanges() throws Exception {
        final Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            final byte[] answer = MadeUpSnapshot.answer();
            for (int i = random.nextInt(4); i >= 0; i--) {
                answer[random.nextInt(answer.length)] = (byte) random.nextInt();
            }
            MonitorProtocolFuzz.fuzzerTestOneInput(answer);
        }
    }

    @Test
    void onlyAQuestionIsOne() {
        final ByteBuffer question = ByteBuffer.allocate(MonitorProtocol.REQUEST_LENGTH);
        MonitorProtocol.putRequest(question);
        assertThat(question.array()).containsExactly('I', 'O', 'C', 'Q', 0, 1, 0, 0);
        assertThat(MonitorProtocol.versionOf(question, 8)).isEqualTo(1);
        assertThat(MonitorProtocol.versionOf(question, 7)).isNegative();
        question.put(5, (byte) 7);
        assertThat(MonitorProtocol.versionOf(question, 8)).isEqualTo(7);
        question.put(0, (byte) 7);
        assertThat(MonitorProtocol.versionOf(question, 8)).isNegative();
    }

    private static byte[] changed(final int at, final int value) throws IOException {
        final byte[] answer = MadeUpSnapshot.answer();
        answer[at] = (byte) value;
        return answer;
    }

    private static void refuses(final byte[] answer, final String why) {
        assertThatThrownBy(() -> MonitorProtocol.snapshot(ByteBuffer.wrap(answer))).isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }
}
