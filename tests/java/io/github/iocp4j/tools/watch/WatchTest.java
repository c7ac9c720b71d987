package io.github.iocp4j.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tool in a process of its own. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class WatchTest {
    private static final String TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} ";

    @TempDir
    private Path folder;

    private Path watched;
    private Path other;

    @BeforeEach
    void makeFolders() throws Exception {
        watched = Files.createDirectory(folder.resolve("watched"));
        other = Files.createDirectory(folder.resolve("other"));
    }

    @Test
    void printsChangesOfSeveralDirectoriesUntilCtrlC() throws Exception {
        try (ToolProcess tool = Programs.nativeProgram(folder, "ctrl_c",
                Programs.toolCommand("watch", watched.toString(), other.toString()))) {
            tool.awaitErrors("watch: watching " + watched + ", " + other);
            Files.createFile(watched.resolve("turned \u202e around"));
            tool.awaitOutput("added        " + watched + "\\turned \\xe2\\x80\\xae around\n");
            Files.createFile(other.resolve("old"));
            Files.move(other.resolve("old"), other.resolve("größer"));
            Files.delete(other.resolve("größer"));
            tool.awaitOutput("removed      " + other + "\\größer\n");
            assertThat(tool.output()).contains("renamed-from " + other + "\\old\n")
                    .contains("renamed-to   " + other + "\\größer\n");
            assertThat(tool.output().lines()).allMatch(line -> line.matches(TIME + "[a-z-]+ +[^ ].*"));

            tool.endInput();

            assertThat(tool.exitCode()).as(tool::errors).isZero();
            assertThat(tool.errors()).hasLineCount(1);
        }
    }

    @Test
    void printsJsonAndPathsAsTheUserWritesThem() throws Exception {
        final String name = watched.toString().replace('\\', '/') + "/";
        try (ToolProcess tool = Programs.tool(folder, "watch", "--json", "--recursive", name)) {
            tool.awaitErrors("watch: watching " + name);
            Files.createDirectory(watched.resolve("below"));
            tool.awaitOutput("\"action\":\"added\",\"directory\":\"" + name + "\",\"path\":\"" + name + "below\"}\n");
            Files.createFile(watched.resolve("below").resolve("file"));
            tool.awaitOutput("\"path\":\"" + name + "below/file\"}\n");
            assertThat(tool.output().lines()).allMatch(line -> line.startsWith("{\"time\":\"2") && line.endsWith("}"));
        }
    }

    @Test
    void failsWhenADirectoryVanishes() throws Exception {
        try (ToolProcess tool = Programs.tool(folder, "watch", other.toString(), watched.toString())) {
            tool.awaitErrors("watch: watching ");
            Files.move(watched, folder.resolve("moved"));
            assertThat(tool.exitCode()).isEqualTo(1);
            assertThat(tool.output()).endsWith(" ended        " + watched + "\n");
            assertThat(tool.errors().strip()).endsWith("watch: " + watched + " is not there any more");
        }
    }
}
