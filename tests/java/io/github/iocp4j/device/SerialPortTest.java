package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of serial ports that need none; and, if IOCP4J_SERIAL_PORT names a port with a loopback, a test of that port.
 * SerialPortTest.cpp tests the calls of the driver.
 */
@Timeout(120)
final class SerialPortTest extends CheckedPort {
    @Test
    void openFailsWithoutAPort() {
        final Win32Exception failure =
                catchThrowableOfType(Win32Exception.class, () -> SerialPort.builder(port, "COM251").open());

        assertThat(failure.code()).isEqualTo(Win32Error.FILE_NOT_FOUND);
        assertThat(failure).hasMessageContaining("\\\\.\\COM251 (there is no such port)");
        assertThat(port.snapshot().devices()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "COM", "COM1234", "COM3:", "LPT1", "C:\\x", "\\\\.\\", "\\\\SERVER\\COM3", "CONIN$"})
    void refusesWhatIsNoName(final String name) {
        assertThatThrownBy(() -> SerialPort.builder(port, name)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("should look like COM3");
    }

    @Test
    void settingsAreChecked() {
        final SerialPort.Builder builder = SerialPort.builder(port, "com3");

        assertThatThrownBy(() -> builder.baud(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.dataBits(9)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 5 to 8");
        assertThatThrownBy(() -> builder.parity(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.stopBits(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.flowControl(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void talksToARealOne() throws Exception {
        final SerialPort serial = openReal();
        final ByteBuffer room = ByteBuffer.allocateDirect(64);

        serial.write(PipePair.buffer("hello\n"), 1);
        recorder.nextSuccess(Opcode.WRITE);
        String heard = "";
        while (heard.length() < 5) {
            // One byte at a time, because Wine waits for a full buffer.
            serial.read(room.clear().limit(1), 2);
            heard += PipePair.text(room, recorder.nextSuccess(Opcode.READ).bytes);
        }
        assertThat(heard).startsWith("hello");
        assertThatThrownBy(() -> serial.awaitEvents(0, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> serial.awaitEvents(0x200, 3)).isInstanceOf(IllegalArgumentException.class);
        serial.read(room.clear().limit(64), Duration.ofMillis(50), 4);
        Recorder.Completion read = recorder.next();
        if (read.status == Win32Error.SUCCESS) {
            // The rest of the echo.
            serial.read(room.clear().limit(64), Duration.ofMillis(50), 4);
            read = recorder.next();
        }
        assertThat(read.status).isEqualTo(Win32Error.TIMEOUT);
        serial.discardInput();
        serial.discardOutput();
    }

    private SerialPort openReal() throws Win32Exception {
        final String name = System.getenv("IOCP4J_SERIAL_PORT");
        assumeTrue(name != null, "IOCP4J_SERIAL_PORT does not name a serial port with a loopback");
        return SerialPort.builder(port, name).baud(115_200).open();
    }
}
