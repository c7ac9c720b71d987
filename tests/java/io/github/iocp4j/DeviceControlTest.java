package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.device.AdoptedDevice;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** DeviceIoControl, with requests of the pipe driver: every system has this driver, and some of its requests wait. */
@Timeout(120)
final class DeviceControlTest extends CheckedPort {
    private static final int FSCTL_PIPE_PEEK = 0x11400c;
    private static final int FSCTL_PIPE_WAIT = 0x110018;
    private static final int FSCTL_PIPE_TRANSCEIVE = 0x11c017;
    private static final int UNKNOWN = 0x113ffc;

    private final String name = PipePair.newName();

    @Test
    void fillsTheBuffer() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.client.write(PipePair.buffer("abc"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        final ByteBuffer out = ByteBuffer.allocateDirect(40).order(ByteOrder.LITTLE_ENDIAN);

        pair.server.control(FSCTL_PIPE_PEEK, null, out.position(8).limit(8 + 16), 1);

        final Recorder.Completion peeked = recorder.next();
        assertThat(peeked.opcode).isEqualTo(Opcode.CONTROL);
        assertThat(peeked.device).isSameAs(pair.server);
        assertThat(peeked.bytes).isEqualTo(16);
        assertThat(out.getInt(8 + 4)).as("bytes in the pipe").isEqualTo(3);
        assertThat(out.getInt(0)).as("before the buffer's position").isZero();
    }

    @Test
    void takesOneBufferAndFillsAnother() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        final ByteBuffer answer = ByteBuffer.allocateDirect(40);
        pair.client.control(FSCTL_PIPE_TRANSCEIVE, PipePair.buffer("question").asReadOnlyBuffer(), answer, 1);
        pair.server.read(ByteBuffer.allocateDirect(40), 2);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(8);

        pair.server.write(PipePair.buffer("answer"), 3);

        assertThat(PipePair.text(answer, recorder.nextByToken(2).get(1L).bytes)).isEqualTo("answer");
    }

    @Test
    void waitsCanBeCancelledOrTakeTooLong() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        final ByteBuffer question = PipePair.buffer("question");
        final ByteBuffer answer = ByteBuffer.allocateDirect(40);

        assertThat(pair.client.cancel(pair.client.control(FSCTL_PIPE_TRANSCEIVE, question, answer, 1))).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        pair.client.control(FSCTL_PIPE_TRANSCEIVE, question, answer, Duration.ofMillis(50), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        pair.client.control(FSCTL_PIPE_TRANSCEIVE, question, answer, 3);
        pair.client.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> pair.client.control(FSCTL_PIPE_TRANSCEIVE, question, answer, 4))
                .isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void reachesADriverThatHasNoFile() throws Exception {
        NamedPipeServer.builder(port, name).listening(1).maxInstances(1).open();
        NamedPipeClient.builder(port, name).connect();
        recorder.nextSuccess(Opcode.ACCEPT);
        final AdoptedDevice root = AdoptedDevice.open(port, "\\\\.\\pipe\\", AdoptedDevice.GENERIC_READ);

        root.control(FSCTL_PIPE_WAIT, waitForFree(), null, 1);

        assertThat(recorder.next().status).as("the driver's own limit").isEqualTo(Win32Error.SEM_TIMEOUT);
    }

    @Test
    void requestThatIsNotKnownIsACompletion() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);

        pair.server.control(UNKNOWN, null, null, 1);

        final Recorder.Completion refused = recorder.next();
        assertThat(refused.opcode).isEqualTo(Opcode.CONTROL);
        assertThat(refused.status).isNotZero();
    }

    @Test
    void buffersAreChecked() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final ByteBuffer direct = ByteBuffer.allocateDirect(4);
        final ByteBuffer heap = ByteBuffer.allocate(4);

        assertThatThrownBy(() -> pair.server.control(0, heap, direct, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.server.control(0, direct, heap, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> pair.server.control(0, direct, direct.asReadOnlyBuffer(), 1))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> pair.server.control(0, null, null, Duration.ofMillis(-1), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deviceWithoutAHandleHasNone() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, name).open();

        assertThatThrownBy(() -> server.control(FSCTL_PIPE_PEEK, null, null, 1))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining(name);
    }

    @Test
    void pathIsToBeThere() {
        final Win32Exception failure = catchThrowableOfType(Win32Exception.class,
                () -> AdoptedDevice.open(port, "\\\\.\\iocp4j-nothing", 0));

        assertThat(failure.code()).isEqualTo(Win32Error.FILE_NOT_FOUND);
        assertThat(failure).hasMessageContaining("\\\\.\\iocp4j-nothing");
    }

    /** FILE_PIPE_WAIT_FOR_BUFFER for 50 ms. */
    private ByteBuffer waitForFree() {
        final byte[] wide = name.getBytes(StandardCharsets.UTF_16LE);
        return ByteBuffer.allocateDirect(14 + wide.length).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(-500_000L).putInt(wide.length).put((byte) 1).put((byte) 0).put(wide).flip();
    }
}
