package io.github.iocp4j.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.ChildJvm;
import io.github.iocp4j.fixtures.Launch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;

/** The zip that people download: unpacked, a script for each tool and one for all. */
@Timeout(120)
final class ToolsZipTest {
    private static final Path ZIP =
            Path.of(System.getProperty("iocp4j.tests.tools.jar", "").replaceFirst("\\.jar$", ".zip"));

    @TempDir
    private Path folder;
    private Path unpacked;

    @BeforeEach
    void unpack() throws IOException {
        assumeTrue(Files.isRegularFile(ZIP), "the phase package makes the zip");
        unpacked = folder.resolve(ZIP.getFileName().toString().replaceFirst("\\.zip$", ""));
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            for (final ZipEntry entry : Collections.list(zip.entries())) {
                final Path file = folder.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    try (InputStream content = zip.getInputStream(entry)) {
                        Files.copy(content, file);
                    }
                }
            }
        }
    }

    @Test
    void hasAScriptForEachTool() throws IOException {
        final List<String> tools = Stream.of(Main.class.getAnnotation(Command.class).subcommands())
                .map(tool -> "iocp4j-" + tool.getAnnotation(Command.class).name() + ".cmd")
                .collect(Collectors.toList());
        tools.add("iocp4j.cmd");
        try (Stream<Path> scripts = Files.list(unpacked.resolve("bin"))) {
            assertThat(scripts.map(script -> script.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(tools);
        }
        assertThat(unpacked.resolve("LICENSE")).exists();
    }

    @Test
    void itsScriptsStartTheToolAndEndWithItsExitCode() throws Exception {
        final ChildJvm version = run("iocp4j-logger", "--version");
        assertThat(version.output()).as(version.toString()).startsWith("iocp4j-tools ");
        assertThat(version.errors()).isEmpty();
        assertThat(version.exitCode()).isZero();
        final ChildJvm refused = run("iocp4j-logger", "--no-such-option");
        assertThat(refused.errors()).anyMatch(line -> line.contains("--no-such-option"));
        assertThat(refused.exitCode()).isEqualTo(2);
    }

    @Test
    void oneScriptStartsThemAll() throws Exception {
        final ChildJvm help = run("iocp4j", "logger", "--help");
        assertThat(help.output()).as(help.toString()).contains("Usage: iocp4j logger");
        assertThat(help.exitCode()).isZero();
    }

    private ChildJvm run(final String script, final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(
                List.of("cmd", "/c", unpacked.resolve("bin").resolve(script + ".cmd").toString()));
        command.addAll(List.of(arguments));
        final ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return ChildJvm.end(Launch.of(builder));
    }
}
