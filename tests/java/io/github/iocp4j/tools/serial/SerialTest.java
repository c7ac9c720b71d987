package io.github.iocp4j.tools.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tool on a port with a loopback, if there is one. MainTest tests wrong arguments. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SerialTest {
    @TempDir
    private static Path folder;

    @Test
    void talksToAPort() throws Exception {
        final String port = System.getenv("IOCP4J_SERIAL_PORT");
        assumeTrue(port != null, "IOCP4J_SERIAL_PORT does not name a serial port with a loopback");
        final Path input = Files.write(folder.resolve("input"), "hello\n".getBytes());
        try (ToolProcess serial = Programs.toolReading(folder, input, "serial", port, "--baud", "115200")) {
            assertThat(serial.exitCode()).as(serial::errors).isZero();
            assertThat(serial.output()).startsWith("hello");
        }
    }
}
