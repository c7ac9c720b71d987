package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A JVM ends with its program while ports are open: workers neither keep it alive nor crash it. */
@Timeout(300)
final class ProcessExitTest {
    @ParameterizedTest
    @CsvSource({"RETURN,0,end of main", "EXIT_FROM_LISTENER,7,''", "CLOSE_IN_HOOK,0,end of main closed true"})
    void endsTheJvmInOrder(final ExitProbe.Way way, final int exitCode, final String output) throws Exception {
        final List<String> arguments = new ArrayList<>(ChildJvm.nativeAccess());
        arguments.addAll(List.of("-Xcheck:jni", "-cp", System.getProperty("java.class.path"),
                ExitProbe.class.getName(), way.name()));

        final ChildJvm jvm = ChildJvm.run(arguments);

        assertThat(jvm.output().replaceAll("\\s+", " ")).as(jvm.toString()).isEqualTo(output);
        assertThat(jvm.errors()).isEmpty();
        assertThat(jvm.exitCode()).isEqualTo(exitCode);
    }
}
