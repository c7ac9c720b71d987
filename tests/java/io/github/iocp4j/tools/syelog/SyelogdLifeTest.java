package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import io.github.iocp4j.tools.syelog.SyelogdProcess.Client;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The start and the shutdown of the daemon: one daemon for each test. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SyelogdLifeTest {
    @TempDir
    private Path folder;

    @Test
    void leavesAtTheNextCloseOfAnyConnectionOnceAsked() throws Exception {
        try (SyelogdProcess daemon = SyelogdProcess.start(folder);
                Client asking = daemon.connect();
                Client third = daemon.connect()) {
            final Client other = daemon.connect();
            asking.send(Messages.line("please leave").terminating(1));
            daemon.awaitText("Client requested terminate on next connection close.");
            daemon.awaitText("please leave");
            third.send(Messages.line("still served"));
            daemon.awaitText("still served");
            assertThat(daemon.process().isAlive()).isTrue();

            other.close();
            assertThat(daemon.process().exitCode()).isZero();
        }
    }

    @Test
    void readsWhatClientsHaveWrittenBeforeItLeaves() throws Exception {
        final String pipe = SyelogdProcess.newPipe();
        final Path errors = folder.resolve("errors");
        final Process daemon = Launch.of(new ProcessBuilder(
                Programs.toolCommand("syelogd", "--pipe", pipe, "--workers", "1"))
                .redirectError(errors.toFile()));
        try {
            while (!Files.readString(errors).contains("serving")) {
                Thread.sleep(5);
            }
            // No program reads the daemon's output, so that it blocks until all of this has been sent.
            try (Client busy = new Client(pipe)) {
                for (int i = 1; i <= 500; i++) {
                    busy.send(Messages.line("busy: Hello World! [" + i + " of 500]"));
                }
                try (Client leaving = new Client(pipe)) {
                    leaving.send(Messages.line("leave").terminating(1));
                }
                final String output = new String(daemon.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                SyelogdProcess.assertComplete(SyelogdProcess.texts(output), "busy", 500);
                assertThat(daemon.waitFor()).isZero();
            }
        } finally {
            daemon.destroyForcibly().waitFor();
        }
    }

    @Test
    void leavesEvenIfAClientNeverStopsWriting() throws Exception {
        try (SyelogdProcess daemon = SyelogdProcess.start(folder);
                ToolProcess writer = Programs.nativeProgram(folder, "syelog_client", List.of(
                        "--pipe", daemon.pipe(), "--ident", "endless", "--count", "1000000000"))) {
            daemon.awaitTexts("endless: ", 10);
            assertThat(daemon.leave()).isZero();
            assertThat(writer.isAlive()).isTrue();
        }
    }

    @Test
    void exitsAfterTheFirstClient() throws Exception {
        try (SyelogdProcess daemon = SyelogdProcess.start(folder, "--exit-after-first")) {
            try (Client client = daemon.connect()) {
                client.send(Messages.line("first and last"));
            }
            assertThat(daemon.process().exitCode()).isZero();
            assertThat(daemon.texts()).containsExactly("first and last");
        }
    }

    @Test
    void ctrlCEndsItWithEverythingWritten() throws Exception {
        try (SyelogdProcess daemon = SyelogdProcess.startOnConsole(folder, "--stats");
                Client client = daemon.connect()) {
            for (int i = 1; i <= 100; i++) {
                client.send(Messages.line("client: Hello World! [" + i + " of 100]"));
            }
            daemon.pressCtrlC();

            assertThat(daemon.process().exitCode()).as(daemon.process()::errors).isZero();
            SyelogdProcess.assertComplete(daemon.texts(), "client", 100);
            assertThat(daemon.lines()).anyMatch(line -> line.endsWith(" ---- --.60: User requested stop."));
            assertThat(daemon.process().figure("messages")).isEqualTo(100);
        }
    }

    @Test
    void appendsLinesWithDeltaTimes() throws Exception {
        Files.writeString(folder.resolve("log"), "an old line\n");
        try (SyelogdProcess daemon = SyelogdProcess.start(folder, "--append", "--delta");
                Client client = daemon.connect()) {
            client.send(Messages.line("one").at(Messages.fileTime("2026-11-22T05:22:03.802Z")));
            client.send(Messages.line("two").at(Messages.fileTime("2026-11-22T05:22:05.052Z")));
            assertThat(daemon.awaitText("two")).isEqualTo("   1250 1740 50.60: two");
            assertThat(daemon.leave()).isZero();
            assertThat(daemon.lines()).startsWith("an old line");
            assertThat(daemon.lines().stream().skip(1))
                    .allMatch(line -> line.matches("[ -]*[0-9]+ (1740 50|---- --)[.][0-9]{2}: .*"));
        }
    }

    @Test
    void writesToStandardOutputByDefault() throws Exception {
        final String pipe = SyelogdProcess.newPipe();
        try (ToolProcess daemon = Programs.tool(folder, "syelogd", "--pipe", pipe, "--exit-after-first")) {
            daemon.awaitErrors("syelogd: serving \\\\.\\pipe\\" + pipe + ", writing to standard output");
            try (Client client = new Client(pipe)) {
                client.send(Messages.line("größer"));
            }
            assertThat(daemon.exitCode()).isZero();
            assertThat(daemon.output()).contains(" 1740 50.60: größer\n");
        }
    }

    @Test
    void statsShowWhatHasHappened() throws Exception {
        try (SyelogdProcess daemon = SyelogdProcess.start(folder, "--stats")) {
            try (Client client = daemon.connect()) {
                client.send(Messages.line("first"));
                client.send(new byte[3]);
                client.send(new byte[20]);
                client.send(new byte[5000]);
            }
            assertThat(daemon.leave()).isZero();
            final ToolProcess process = daemon.process();
            assertThat(process.figure("connections")).isEqualTo(2);
            assertThat(process.figure("messages")).isEqualTo(2);
            assertThat(process.figure("bytes")).isEqualTo(
                    Messages.line("first").bytes().length + Messages.line("leave").bytes().length);
            assertThat(process.figure("rejected too short")).isEqualTo(1);
            assertThat(process.figure("rejected no text")).isEqualTo(1);
            assertThat(process.figure("rejected oversize")).isEqualTo(1);
            assertThat(process.figure("connections failed")).isZero();
            assertThat(process.figure("lines lost")).isZero();
            assertThat(process.figure("batches")).isPositive();
            assertThat(process.figure("mean batch")).isGreaterThanOrEqualTo(1);
            assertThat(process.figure("largest batch")).isGreaterThanOrEqualTo(process.figure("mean batch"));
            assertThat(process.figure("upcalls per message")).isPositive();
            assertThat(process.figure("heap bytes per message")).as("too few to know").isEqualTo(-1);
        }
    }

    @Test
    void goesOnWithAFullDiskAndReportsItAtTheEnd() throws Exception {
        final Path full = Path.of("Z:\\dev\\full");
        assumeTrue(Files.exists(full), "this system has no /dev/full, a disk that is always full");
        final String pipe = SyelogdProcess.newPipe();
        try (ToolProcess daemon = Programs.tool(folder, "syelogd", "--pipe", pipe, "--output", full.toString())) {
            daemon.awaitErrors("syelogd: serving ");
            try (ToolProcess client = Programs.nativeProgram(folder, "syelog_client",
                    List.of("--pipe", pipe, "--count", "2000"))) {
                assertThat(client.exitCode()).as(client::errors).isZero();
            }
            daemon.awaitErrors("syelogd: cannot write to " + full + "; will try again: ");
            try (Client client = new Client(pipe)) {
                client.send(Messages.line("leave").terminating(1));
            }
            assertThat(daemon.exitCode()).isEqualTo(1);
            assertThat(daemon.errors()).contains("lines could not be written to " + full).hasLineCount(3);
        }
    }
}
