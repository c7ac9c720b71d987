package io.github.iocp4j.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.ChildJvm;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a program pays for its first port: the classes that the JVM loads for it. */
@Timeout(120)
final class StartTest {
    /** In JVM 11, when the DLL has been extracted by an earlier start. Other JVMs load other classes of their own. */
    private static final int MOST_CLASSES = 120;
    private static final Pattern LOADED = Pattern.compile("\\]\\s*(\\S+) source:.*");

    @TempDir
    private Path folder;

    @Test
    void aFirstPortNeedsFewClasses() throws Exception {
        start(); // extracts the DLL
        final List<String> classes = start();

        assertThat(classes).as("the log begins and ends where it should")
                .contains("io.github.iocp4j.CompletionPort", "io.github.iocp4j.internal.PortNative");
        assertThat(classes).as("lambdas, regular expressions, dates, formats and streams load many more")
                .noneMatch(name -> name.contains("$$Lambda") || name.startsWith("java.util.regex.")
                        || name.startsWith("java.time.") || name.equals("java.util.Formatter")
                        || name.startsWith("java.util.stream."));
        assertThat(classes).as("native methods of devices that the program does not use")
                .filteredOn(name -> name.endsWith("Native")).containsOnly("io.github.iocp4j.internal.PortNative");
        if (ChildJvm.VERSION == 11) {
            assertThat(classes).hasSizeLessThanOrEqualTo(MOST_CLASSES);
        }
    }

    private List<String> start() throws Exception {
        final ChildJvm program = ChildJvm.run(
                "-Xlog:class+load", "-Diocp4j.extract.path=" + folder, "-cp",
                System.getProperty("iocp4j.tests.jar") + ";" + Path.of("target", "test-classes").toAbsolutePath(),
                FirstPort.class.getName());
        assertThat(program.exitCode()).as(program.toString()).isZero();
        final List<String> loaded = program.output().lines().map(LOADED::matcher).filter(Matcher::find)
                .map(line -> line.group(1)).collect(Collectors.toList());
        final String name = FirstPort.class.getName();
        return loaded.subList(loaded.indexOf(name + "$Before") + 1, loaded.indexOf(name + "$After"));
    }
}
