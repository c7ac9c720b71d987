package io.github.iocp4j.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The facade's classes from an archive that the JVM maps, in place of the jar, as README describes for a fast start.
 */
@Timeout(600)
final class SharedArchiveTest {
    private static final Path JAR = Path.of(System.getProperty("iocp4j.tests.jar", ""));
    /** Of the about 50 classes that a pipe's round trip loads, so many at least are in an archive. */
    private static final int ENOUGH = 30;

    @TempDir
    private Path folder;
    private String classPath;

    @BeforeEach
    void putTheProgramIntoAJar() throws IOException {
        assumeTrue(JAR.toFile().exists(), "the phase package makes the jar");
        // Archives are for class paths of jars only.
        final Path program = folder.resolve("program.jar");
        final String entry = PipeRoundTrip.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(program));
                InputStream content = PipeRoundTrip.class.getResourceAsStream("/" + entry)) {
            jar.putNextEntry(new JarEntry(entry));
            content.transferTo(jar);
        }
        classPath = JAR + ";" + program;
    }

    @Test
    void anArchiveOfAListOfClassesHasOurs() throws Exception {
        final Path list = folder.resolve("classes.txt");
        final Path archive = folder.resolve("static.jsa");
        succeeds("-Xshare:off", "-XX:DumpLoadedClassList=" + list);
        assertThat(Files.readAllLines(list)).anyMatch(line -> line.startsWith("io/github/iocp4j/CompletionPort"));

        final ChildJvm dump = run("-Xshare:dump", "-XX:SharedClassListFile=" + list,
                "-XX:SharedArchiveFile=" + archive);
        assertThat(dump.exitCode()).as(dump.toString()).isZero();

        takesOurClassesFromTheArchive("-Xshare:on", "-XX:SharedArchiveFile=" + archive);
    }

    @Test
    void anArchiveMadeAtExitHasOurs() throws Exception {
        assumeTrue(ChildJvm.VERSION >= 13, "JVMs before 13 cannot make an archive at exit");
        // One for the JDK's own classes; a JDK brings its own, a run-time image need not.
        final Path base = folder.resolve("base.jsa");
        final Path archive = folder.resolve("dynamic.jsa");
        final ChildJvm dump = ChildJvm.run("-Xshare:dump", "-XX:SharedArchiveFile=" + base);
        assertThat(dump.exitCode()).as(dump.toString()).isZero();

        succeeds("-XX:SharedArchiveFile=" + base, "-XX:ArchiveClassesAtExit=" + archive);

        takesOurClassesFromTheArchive("-Xshare:on", "-XX:SharedArchiveFile=" + base + ";" + archive);
    }

    @Test
    void anAheadOfTimeCacheHasOurs() throws Exception {
        assumeTrue(ChildJvm.VERSION >= 25, "JVMs before 25 cannot make an ahead-of-time cache in one step");
        final Path cache = folder.resolve("program.aot");

        succeeds("-XX:AOTCacheOutput=" + cache);

        takesOurClassesFromTheArchive("-XX:AOTMode=on", "-XX:AOTCache=" + cache);
    }

    private void takesOurClassesFromTheArchive(final String... options) throws Exception {
        final List<String> all = new ArrayList<>(List.of(options));
        // To standard output: JVM 11 takes the colon of a drive for the end of a file's name.
        all.add("-Xlog:class+load");

        final ChildJvm jvm = succeeds(all.toArray(String[]::new));

        // Classes of lambdas have no file, and are in no archive of older JVMs.
        final List<String> ours = new ArrayList<>();
        jvm.output().lines().filter(line -> line.contains(" io.github.iocp4j.") && !line.contains("Lambda"))
                .forEach(ours::add);
        assertThat(ours).hasSizeGreaterThan(ENOUGH)
                .allSatisfy(line -> assertThat(line).contains("source: shared objects file"));
    }

    private ChildJvm succeeds(final String... options) throws Exception {
        final ChildJvm jvm = run(options);
        assertThat(jvm.output()).as(jvm.toString()).contains(PipeRoundTrip.PRINTED);
        assertThat(jvm.exitCode()).as(jvm.toString()).isZero();
        return jvm;
    }

    private ChildJvm run(final String... options) throws Exception {
        final List<String> arguments = new ArrayList<>(ChildJvm.nativeAccess());
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("-cp", classPath, PipeRoundTrip.class.getName()));
        return ChildJvm.run(arguments);
    }
}
