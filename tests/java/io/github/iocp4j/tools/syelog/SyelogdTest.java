package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import io.github.iocp4j.tools.syelog.SyelogdProcess.Client;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One daemon for all tests, and clients that do everything that clients can do. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SyelogdTest {
    @TempDir
    private static Path folder;

    private static SyelogdProcess daemon;

    @BeforeAll
    static void start() throws Exception {
        daemon = SyelogdProcess.start(folder, "--stats");
    }

    @AfterAll
    static void survivesAll() throws Exception {
        try (SyelogdProcess ending = daemon) {
            assertThat(ending.leave()).isZero();
            assertThat(ending.process().output()).as("what -Xcheck:jni prints, too").isEmpty();
            assertThat(ending.process().figure("connections failed")).isZero();
            assertThat(ending.process().figure("lines lost")).isZero();
        }
    }

    @Test
    void writesTheLineOfTheReferenceDaemon() throws Exception {
        try (Client client = daemon.connect()) {
            client.send(Messages.line("reference: Hello World! [1 of 4]"));
        }

        // The time is local, in whatever zone this runs.
        assertThat(daemon.awaitText("reference: Hello World! [1 of 4]"))
                .matches("202611[0-9]{2}[0-9]{2}[0-5][0-9]03802 1740 50[.]60: reference: Hello World! \\[1 of 4]");
    }

    @Test
    void aClientThatLeavesEndsItsOwnConnectionOnly() throws Exception {
        try (Client staying = daemon.connect()) {
            staying.send(Messages.line("staying, before"));
            try (Client leaving = daemon.connect()) {
                leaving.send(Messages.line("leaving"));
            }
            daemon.awaitText("leaving");
            staying.send(Messages.line("staying, after"));
        }
        daemon.awaitText("staying, before");
        daemon.awaitText("staying, after");
    }

    @Test
    void survivesAnyNumberOfClientsThatSayNothing() throws Exception {
        try (Client client = daemon.connect()) {
            for (int i = 0; i < 300; i++) {
                client.reconnect();
            }
        }
        daemon.assertServes();
    }

    @Test
    void losesNothingOfABurst() throws Exception {
        try (ToolProcess burst = client("--ident", "burst", "--burst", "64", "--count", "4")) {
            assertThat(burst.exitCode()).as(burst::errors).isZero();
        }
        final List<String> texts = daemon.awaitTexts("burst", 64 * 4);
        for (int i = 0; i < 64; i++) {
            SyelogdProcess.assertComplete(texts, "burst" + i, 4);
        }
    }

    @Test
    void keepsTheOrderOfEachOfSixteenProcesses() throws Exception {
        final List<ToolProcess> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                clients.add(client("--ident", "process" + i, "--count", "200"));
            }
            for (final ToolProcess client : clients) {
                assertThat(client.exitCode()).as(client::errors).isZero();
            }
        } finally {
            clients.forEach(ToolProcess::close);
        }
        final List<String> texts = daemon.awaitTexts("process", 16 * 200);
        for (int i = 0; i < 16; i++) {
            SyelogdProcess.assertComplete(texts, "process" + i, 200);
        }
    }

    @Test
    void writesWhatAClientHasSentBeforeItWasKilled() throws Exception {
        try (ToolProcess killed = client("--ident", "killed", "--count", "20", "--abrupt")) {
            assertThat(killed.exitCode()).isEqualTo(3);
        }
        daemon.awaitText("killed: Hello World! [10 of 20]");
        assertThat(daemon.texts().stream().filter(text -> text.startsWith("killed: "))).hasSize(10);
        daemon.assertServes();
    }

    @Test
    void rejectsMessagesShorterThanTheirHeader() throws Exception {
        try (Client client = daemon.connect()) {
            client.send(new byte[0]);
            client.send(new byte[1]);
            client.send(new byte[19]);
            client.send(new byte[20]);
            client.send(Messages.line("after short ones"));
        }
        daemon.awaitText("after short ones");
        final String process = " bytes from process " + ProcessHandle.current().pid() + ": ";
        assertThat(daemon.lines())
                .anyMatch(line -> line.endsWith("Rejected 0" + process + "shorter than its header."))
                .anyMatch(line -> line.endsWith("Rejected 1" + process + "shorter than its header."))
                .anyMatch(line -> line.endsWith("Rejected 19" + process + "shorter than its header."))
                .anyMatch(line -> line.endsWith("Rejected 20" + process + "without text."));
    }

    @Test
    void rejectsMessagesThatAreTooLong() throws Exception {
        try (Client client = daemon.connect()) {
            client.send(new byte[4107]);
            client.send(Messages.line("after one that is too long"));
            client.send(new byte[100_000]);
            client.send(Messages.line("after one that is much too long"));
        }
        daemon.awaitText("after one that is too long");
        daemon.awaitText("after one that is much too long");
        assertThat(daemon.lines()).anyMatch(line -> line.contains(" ---- --.40: Rejected 4107 bytes from process"))
                .anyMatch(line -> line.contains(" ---- --.40: Rejected 100000 bytes from process"));
        assertThat(daemon.texts()).as("the tail of a message is not a message").noneMatch(String::isEmpty);
    }

    @Test
    void writesTheLongestMessageWhole() throws Exception {
        final String longest = "longest " + "x".repeat(4086 - "longest ".length());
        try (Client client = daemon.connect()) {
            client.send(Messages.raw(longest));
        }
        daemon.awaitText(longest);
    }

    @Test
    void textWithoutNulHasNoTailOfEarlierMessages() throws Exception {
        try (Client client = daemon.connect()) {
            client.send(Messages.line("a long message whose tail shall not be seen again"));
            client.send(Messages.raw("no NUL").claimingLength(4106));
        }
        daemon.awaitText("no NUL");
        try (ToolProcess process = client("--ident", "without NUL", "--count", "3", "--no-nul")) {
            assertThat(process.exitCode()).isZero();
        }
        daemon.awaitText("without NUL: Hello World! [3 of 3]");
        SyelogdProcess.assertComplete(daemon.texts(), "without NUL", 3);
    }

    @Test
    void aClientCannotForgeLines() throws Exception {
        try (Client client = daemon.connect()) {
            client.send(Messages.raw("evil\n20261122052203802 1740 50.60: forged\u001b[2J\r\n\0"));
        }
        daemon.awaitText("evil\\n20261122052203802 1740 50.60: forged\\x1b[2J");
        assertThat(daemon.lines()).noneMatch(line -> line.startsWith("20261122052203802 1740 50.60: forged"));
    }

    @Test
    void timeOutOfRangeIsMarked() throws Exception {
        try (Client client = daemon.connect()) {
            client.send(Messages.line("no time").at(0));
            client.send(Messages.line("end of time").at(-1));
        }
        daemon.awaitText("[arrival time] no time");
        assertThat(daemon.awaitText("[arrival time] end of time")).matches("2[0-9]{16} 1740 .*");
    }

    @Test
    void aSecondDaemonIsRefusedAndTouchesNothing() throws Exception {
        daemon.assertServes();
        final List<String> before = daemon.lines();
        final String log = daemon.log().toString();
        try (ToolProcess second = Programs.tool(folder, "syelogd", "--pipe", daemon.pipe(), "--output", log)) {
            assertThat(second.exitCode()).isEqualTo(2);
            assertThat(second.errors()).contains("is in use").contains("--pipe").hasLineCount(1);
        }
        daemon.assertServes();
        assertThat(daemon.lines()).containsAll(before);
    }

    private static ToolProcess client(final String... args) throws Exception {
        final List<String> command = new ArrayList<>(List.of("--pipe", daemon.pipe()));
        command.addAll(List.of(args));
        return Programs.nativeProgram(folder, "syelog_client", command);
    }
}
