package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Wine;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests of serial ports that need none; and, if IOCP4J_SERIAL_PORT names a port with a loopback, tests of that port.
 * SerialPortTest.cpp tests the calls of the driver.
 */
@Timeout(120)
final class SerialPortTest extends CheckedPort {
    @Test
    void openFailsWithoutAPort() {
        // Any number is a timeout.
        final SerialPort.Builder builder = SerialPort.builder(port, "COM251")
                .writeTimeouts(SerialPort.Builder.MAX, Integer.MIN_VALUE);
        final Win32Exception failure = catchThrowableOfType(Win32Exception.class, builder::open);

        assertThat(failure.code()).isEqualTo(Win32Error.FILE_NOT_FOUND);
        assertThat(failure).hasMessageContaining("\\\\.\\COM251 (there is no such port)");
        assertThat(port.snapshot().devices()).isEmpty();
    }

    @Test
    void aClosedCompletionPortTakesNone() {
        port.close();

        assertThatThrownBy(() -> SerialPort.builder(port, "COM251").open()).isInstanceOf(PortClosedException.class);
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

    @Test
    void setsItsLines() throws Exception {
        final SerialPort serial = openWithLines(real());

        for (final boolean on : new boolean[] {true, false}) {
            serial.setDtr(on);
            serial.setRts(on);
            serial.setBreak(on);
        }
    }

    @Test
    void aBreakIsAnEvent() throws Exception {
        final SerialPort serial = openReal();
        Wine.skip("Wine's WaitCommEvent ends at once, and posts no packet");

        serial.awaitEvents(SerialPort.EV_BREAK, 1);
        serial.setBreak(true);
        assertThat(recorder.nextSuccess(Opcode.COMM_EVENT).detail).isEqualTo(SerialPort.EV_BREAK);
        serial.setBreak(false);
    }

    @Test
    void linesThatFlowControlUsesCannotBeSet() throws Exception {
        try (SerialPort serial = openWithLines(real().flowControl(SerialPort.FlowControl.RTS_CTS))) {
            assertThatThrownBy(() -> serial.setRts(false)).isInstanceOf(Win32Exception.class)
                    .hasMessageStartingWith("EscapeCommFunction");
        }
        try (SerialPort serial = openWithLines(real().flowControl(SerialPort.FlowControl.DTR_DSR))) {
            assertThatThrownBy(() -> serial.setDtr(false)).isInstanceOf(Win32Exception.class)
                    .hasMessageStartingWith("EscapeCommFunction");
        }
    }

    @Test
    void aWriteEndsWhenItsTimeIsUp() throws Exception {
        final SerialPort serial = openWithLines(
                real().flowControl(SerialPort.FlowControl.RTS_CTS).writeTimeouts(0, 50));
        assumeTrue((serial.modemStatus() & SerialPort.MS_CTS_ON) == 0, "the loopback connects CTS");

        serial.write(ByteBuffer.allocateDirect(4_096), 1);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isLessThan(4_096);
        serial.discardOutput();
    }

    @Test
    void aClosedOneRefusesEverything() throws Exception {
        final SerialPort serial = openReal();
        serial.close();

        assertClosed(() -> serial.setDtr(true));
        assertClosed(() -> serial.setRts(true));
        assertClosed(() -> serial.setBreak(true));
        assertClosed(serial::modemStatus);
        assertClosed(serial::discardInput);
        assertClosed(serial::discardOutput);
        assertClosed(() -> serial.awaitEvents(SerialPort.EV_RXCHAR, 1));
    }

    private static void assertClosed(final ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(DeviceClosedException.class);
    }

    private static SerialPort openWithLines(final SerialPort.Builder builder) throws Win32Exception {
        final SerialPort serial = builder.open();
        try {
            serial.modemStatus();
        } catch (final Win32Exception none) {
            Wine.skip("under Wine it is a terminal, which has no lines");
            throw none;
        }
        return serial;
    }

    private SerialPort openReal() throws Win32Exception {
        return real().open();
    }

    private SerialPort.Builder real() {
        final String name = System.getenv("IOCP4J_SERIAL_PORT");
        assumeTrue(name != null, "IOCP4J_SERIAL_PORT does not name a serial port with a loopback");
        return SerialPort.builder(port, name).baud(115_200);
    }
}
