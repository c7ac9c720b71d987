package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.VirtualThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A virtual thread that waits in a call of the facade releases its carrier. */
@Tag("newer-jvm")
@Timeout(300)
final class VirtualThreadsTest {
    @TempDir
    private Path folder;

    @Test
    void letOthersRunWhileTheyWait() throws Exception {
        VirtualThreads.assumeAny();
        final Path output = folder.resolve("output");
        final Path complaints = folder.resolve("complaints");
        final Process process = Launch.of(new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                // JVM 21 and later warn about Wine, JVM 24 and later about any native code.
                "-XX:-PrintWarnings", "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + folder,
                "-cp", System.getProperty("java.class.path"), VirtualThreadsProbe.class.getName())
                .redirectOutput(output.toFile()).redirectError(complaints.toFile()));
        process.getOutputStream().close();

        process.waitFor(2 * Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertThat(Files.readString(complaints)).as("what has failed, and stacks that pin the carrier").isEmpty();
        assertThat(Files.readAllLines(output)).as("in the next, each thread waits for one that cannot run")
                .isEqualTo(Stream.of(VirtualThreadsProbe.Wait.values()).map(Enum::name).collect(toList()));
        assertThat(process.exitValue()).isZero();
    }
}
