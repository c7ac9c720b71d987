package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The reader of lines, and where IOCP4J_SERIAL_PORT names a port that sends back what it is sent, all of it. */
@Timeout(180)
class SerialReaderTest {
    private final List<String> lines = new ArrayList<>();

    @Test
    void linesDoNotDependOnHowReadsCutThem() {
        final SerialReader reader = new SerialReader(lines::add);
        for (final String piece : new String[] {"ID", " 7\r", "\nready\r\n\r\nbu", "sy\n", "never ended"}) {
            reader.take(ByteBuffer.wrap(piece.getBytes(US_ASCII)));
        }
        assertThat(lines).containsExactly("ID 7", "ready", "", "busy");
    }

    @Test
    void asksARealOne() throws Exception {
        final String name = System.getenv("IOCP4J_SERIAL_PORT");
        assumeTrue(name != null, "IOCP4J_SERIAL_PORT does not name a serial port with a loopback");

        new SerialReader(lines::add).ask(name, "*IDN?");

        assertThat(lines).containsExactly("*IDN?");
    }
}
