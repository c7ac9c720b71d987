package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A virtual thread that waits in a call of the facade leaves its carrier to others. */
@Timeout(300)
final class VirtualThreadsTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void assumeVirtualThreads() {
        VirtualThreads.assumeAny();
    }

    @ParameterizedTest
    @EnumSource(VirtualThreadsProbe.Wait.class)
    void letOthersRunWhileTheyWait(final VirtualThreadsProbe.Wait wait) throws Exception {
        final Path output = folder.resolve("output");
        final Process process = Launch.of(new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                "-Djava.io.tmpdir=" + folder,
                "-cp", System.getProperty("java.class.path"), VirtualThreadsProbe.class.getName(), wait.name())
                .redirectErrorStream(true).redirectOutput(output.toFile()));
        process.getOutputStream().close();

        final boolean ended = process.waitFor(Recorder.PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        assertThat(ended).as("no thread waits for one that cannot run").isTrue();
        assertThat(Files.readString(output).strip()).isEqualTo(VirtualThreadsProbe.ENDED);
    }
}
