package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A JVM ends when its program does, whatever is open: workers keep it from nothing and crash nothing. */
@Timeout(120)
final class ProcessExitTest {
    @ParameterizedTest
    @CsvSource({"RETURN,0,end of main", "EXIT_FROM_LISTENER,7,''", "CLOSE_IN_HOOK,0,end of main closed true"})
    void endsTheJvmInOrder(final ExitProbe.Way way, final int exitCode, final String output) throws Exception {
        final Process process = Launch.of(new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xcheck:jni", "-cp", System.getProperty("java.class.path"), ExitProbe.class.getName(), way.name())
                .redirectErrorStream(true));
        process.getOutputStream().close();
        final String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(exitCode);
        assertThat(printed.strip().replaceAll("\\s+", " ")).isEqualTo(output);
    }
}
