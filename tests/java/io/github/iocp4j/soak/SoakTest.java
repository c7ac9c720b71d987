package io.github.iocp4j.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A soak of some seconds, in its own JVM, because other tests would change the census. */
@Timeout(180)
final class SoakTest {
    @Test
    void losesNothingAndLeavesNothingBehind(@TempDir final Path folder) throws Exception {
        final Path options = Path.of(SoakTest.class.getResource("jvm.options").toURI());
        final List<String> command = ChildJvm.command(
                "@" + options, "-cp", System.getProperty("java.class.path"), Soak.class.getName(),
                "--programs", Path.of(System.getProperty("iocp4j.tests.native")).toAbsolutePath().toString(),
                // The JVM is still growing: only a long soak can judge memory.
                "--warm-up", "4", "--minutes", "0.07", "--memory", "48");
        try (ToolProcess soak = ToolProcess.start(folder, command)) {
            assertThat(soak.exitCode()).as(() -> soak.output() + soak.errors()).isZero();
            assertThat(soak.output()).contains("nothing lost, nothing left behind");
        }
    }
}
