package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.WorkerActivity;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is said on a monitor's pipe, also by those who are up to no good. */
final class MonitorProtocolTest {
    @Test
    void readsWhatIsDocumented() throws Exception {
        final PortFigures figures = MadeUpFigures.figures();
        assertThat(figures.getName()).isEqualTo(MadeUpFigures.NAME);
        assertThat(figures.getState()).isEqualTo(PortState.OPEN);
        assertThat(figures.isPolled()).isTrue();
        assertThat(figures.getProcessId()).isEqualTo(4711);
        assertThat(figures.getNanoTime()).isEqualTo(5_000_000_000L);
        assertThat(new long[] {figures.getConcurrency(), figures.getWorkers(), figures.getBatchCeiling(),
            figures.getOperationCeiling(), figures.getOperationsInFlight(), figures.getMostOperationsInFlight(),
            figures.getQueuedPackets(), figures.getCompletions(), figures.getLargestBatch(),
            figures.getForeignPackets(), figures.getOperationsAccepted(), figures.getOperationsCompleted(),
            figures.getOperationsCompletedInline(), figures.getBytes(), figures.getOperationsQuarantined(),
            figures.getUnbalancedDevices(), figures.getDeviceCount()})
                .containsExactly(1000, 1001, 1002, 1003, 1004, 1005, -1, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                        1014, 1015, 1016);
        assertThat(figures.getBatchesBySize()).containsExactly(100, 99, 98, 97, 96, 95, 94, 93, 92, 91, 90, 89, 88);
        assertThat(figures.getBatches()).isEqualTo(1222);
        assertThat(figures.getFailures()).isEqualTo(Map.of("ERROR_BROKEN_PIPE", 3L, "OTHER", 4L));
        assertThat(figures.getWorkerStates()).extracting(PortFigures.WorkerFigures::getActivity)
                .containsExactly(WorkerActivity.WAITING, WorkerActivity.IN_LISTENER);
        assertThat(figures.getWorkerStates()).extracting(PortFigures.WorkerFigures::getMillis)
                .containsOnly(MadeUpFigures.MILLIS);
        final PortFigures.DeviceFigures device = figures.getDevices().get(0);
        assertThat(device.getKey()).isEqualTo(0x100000002L);
        assertThat(device.getKind()).isEqualTo(DeviceKind.FILE);
        assertThat(device.isClosing()).isTrue();
        assertThat(device.getName()).isEqualTo(MadeUpFigures.DEVICE);
        assertThat(device.getOperationsInFlight()).isEqualTo(9);
        assertThat(device.getOperationsAccepted()).isEqualTo(99);
        assertThat(device.getOperationsCompleted()).isEqualTo(90);
        assertThat(device.getOperationsCompletedInline()).isEqualTo(10);
        assertThat(device.getBytes()).isEqualTo(123_456);
    }

    @Test
    void writesWhatItReads() throws Exception {
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        ((Figures) MadeUpFigures.figures()).writeTo(new DataOutputStream(written));
        final byte[] answer = MadeUpFigures.answer();
        assertThat(written.toByteArray()).isEqualTo(Arrays.copyOfRange(answer, 8, answer.length));
    }

    @Test
    void anAnswerThatIsCutAnywhereIsRefused() throws Exception {
        final byte[] answer = MadeUpFigures.answer();
        for (int length = 0; length < answer.length; length++) {
            refuses(Arrays.copyOf(answer, length), "");
        }
        refuses(Arrays.copyOf(answer, answer.length + 1), "goes on behind its end");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        refuses(changed(0, 0), "does not begin as an answer does");
        refuses(changed(5, 2), "it speaks version 2, and this program version 1");
        refuses(changed(7, 1), "it speaks version 1");
        refuses(changed(24, 3), "3 for one of 3");
        refuses(changed(MadeUpFigures.COUNTERS_AT, 16), "counters");
        refuses(changed(MadeUpFigures.COUNTERS_AT + 1, 0x80), "negative");
        refuses(changed(26, 0xff), "in the middle of a text");
        final int failuresAt = MadeUpFigures.COUNTERS_AT + 1 + 8 * MadeUpFigures.COUNTERS + 1 + 8 * 13;
        refuses(changed(failuresAt, 0x7f), "too short for 2130706434 items");
        refuses(changed(failuresAt, 0xff), "too short for 4278190082 items");
    }

    @Test
    void nothingButAnIoExceptionComesOfRandomChanges() throws Exception {
        final Random random = new Random(1);
        for (int round = 0; round < 20_000; round++) {
            final byte[] answer = MadeUpFigures.answer();
            for (int i = random.nextInt(4); i >= 0; i--) {
                answer[random.nextInt(answer.length)] = (byte) random.nextInt();
            }
            MonitorProtocolFuzz.fuzzerTestOneInput(answer);
        }
    }

    @Test
    void onlyAQuestionIsOne() {
        final ByteBuffer question = ByteBuffer.allocate(MonitorProtocol.QUESTION_LENGTH);
        MonitorProtocol.putQuestion(question);
        assertThat(question.array()).containsExactly('I', 'O', 'C', 'Q', 0, 1, 0, 0);
        assertThat(MonitorProtocol.versionOf(question, 8)).isEqualTo(1);
        assertThat(MonitorProtocol.versionOf(question, 7)).isNegative();
        question.put(5, (byte) 7);
        assertThat(MonitorProtocol.versionOf(question, 8)).isEqualTo(7);
        question.put(0, (byte) 7);
        assertThat(MonitorProtocol.versionOf(question, 8)).isNegative();
    }

    private static byte[] changed(final int at, final int value) throws IOException {
        final byte[] answer = MadeUpFigures.answer();
        answer[at] = (byte) value;
        return answer;
    }

    private static void refuses(final byte[] answer, final String why) {
        assertThatThrownBy(() -> MonitorProtocol.figures(ByteBuffer.wrap(answer))).isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }
}
