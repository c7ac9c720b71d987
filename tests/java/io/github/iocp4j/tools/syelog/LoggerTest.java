package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LoggerTest {
    @TempDir
    private static Path folder;

    private static SyelogdProcess daemon;

    @BeforeAll
    static void start() throws Exception {
        daemon = SyelogdProcess.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        try (SyelogdProcess ending = daemon) {
            assertThat(ending.leave()).isZero();
        }
    }

    @Test
    void sendsFacilityAndSeverityByNameOrNumber() throws Exception {
        assertSent("--ident", "named", "--facility", "User", "--severity", "AUDIT_FAIL", "x", "y");
        assertSent("--ident", "numbered", "--facility", "0x7a", "--severity", "7", "x");

        assertThat(daemon.awaitText("named: x y")).matches("[0-9]{17} +[0-9]+ 60[.]66: named: x y");
        assertThat(daemon.awaitText("numbered: x")).contains(" 7a.07: ");
    }

    @Test
    void sendsItsArgumentsAsOneMessageAndNumbersIt() throws Exception {
        assertSent("--ident", "numbers", "--count", "50", "Hello", "World!");

        SyelogdProcess.assertComplete(daemon.awaitTexts("numbers: ", 50), "numbers", 50);
    }

    @Test
    void sendsEachLineOfStandardInput() throws Exception {
        final Path input = Files.write(folder.resolve("input"),
                ("first\r\nsecond with \u001b[1m\n\nlatin-1 \u00e4\n" + "x".repeat(10_000) + "\nlast without an end")
                        .getBytes(StandardCharsets.ISO_8859_1));
        try (ToolProcess logger =
                Programs.toolReading(folder, input, "logger", "--pipe", daemon.pipe(), "--ident", "lines")) {
            assertThat(logger.exitCode()).as(logger::errors).isZero();
        }

        assertThat(daemon.awaitTexts("lines: ", 5)).containsExactly("lines: first", "lines: second with \\x1b[1m",
                "lines: latin-1 \\xe4", "lines: " + "x".repeat(4086 - 2 - "lines: ".length()),
                "lines: last without an end");
        assertThat(daemon.texts()).contains("lines:");
    }

    @Test
    void reportsMessagesThatWereDropped() throws Exception {
        try (ToolProcess logger =
                Programs.tool(folder, "logger", "--pipe", SyelogdProcess.newPipe(), "--count", "3", "lost")) {
            assertThat(logger.exitCode()).isEqualTo(1);
            assertThat(logger.errors()).startsWith("logger: 3 of 3 messages were dropped: ")
                    .contains("ERROR_FILE_NOT_FOUND").hasLineCount(1);
        }
    }

    @Test
    void survivesADaemonThatIsStartedAnew() throws Exception {
        // In this process, because the test checks what happens between two messages.
        final String pipe = SyelogdProcess.newPipe();
        final Path place = Files.createDirectory(folder.resolve("anew"));
        final SyelogEncoder encoder = new SyelogEncoder("anew", 0x50, 1);
        try (PipeTransport transport = new PipeTransport(pipe);
                SyelogClient client = new SyelogClient(transport, System::nanoTime)) {
            for (int life = 1; life <= 2; life++) {
                try (SyelogdProcess served = SyelogdProcess.startOn(pipe, place, "--exit-after-first")) {
                    for (int i = 1; i <= 3; i++) {
                        final byte[] text = (life + "." + i).getBytes(StandardCharsets.US_ASCII);
                        assertThat(client.send(encoder.encode(text, 0x60, FileTimes.now(), false))).isTrue();
                    }
                    client.confirm();
                    // The daemon leaves when another client closes, and breaks this connection.
                    served.connect().close();
                    assertThat(served.process().exitCode()).isZero();
                    assertThat(served.texts())
                            .containsExactly("anew: " + life + ".1", "anew: " + life + ".2", "anew: " + life + ".3");
                }
            }
            assertThat(client.flush()).isTrue();
            assertThat(client.unconfirmed()).as("the daemons have read everything").isZero();
        }
    }

    /** In this process, because the daemon must leave when two messages are in the pipe and no flush has begun. */
    @Test
    void countsMessagesThatADaemonHasLeftUnread() throws Exception {
        final String pipe = SyelogdProcess.newPipe();
        final SyelogEncoder encoder = new SyelogEncoder("unread", 0x50, 1);
        try (UnreadingDaemon unread = new UnreadingDaemon(pipe);
                PipeTransport transport = new PipeTransport(pipe)) {
            final SyelogClient client = new SyelogClient(transport, System::nanoTime);
            for (int i = 0; i < 2; i++) {
                assertThat(client.send(encoder.encode(new byte[] {'x'}, 0x60, FileTimes.now(), false))).isTrue();
            }
            unread.leave();
            assertThat(client.send(encoder.encode(new byte[] {'y'}, 0x60, FileTimes.now(), false))).isTrue();
            assertThat(client.unconfirmed()).isEqualTo(2);
        }
    }

    private static void assertSent(final String... args) throws Exception {
        final List<String> command = new ArrayList<>(List.of("logger", "--pipe", daemon.pipe()));
        command.addAll(List.of(args));
        try (ToolProcess logger = Programs.tool(folder, command.toArray(new String[0]))) {
            assertThat(logger.exitCode()).as(logger::errors).isZero();
            assertThat(logger.output() + logger.errors()).isEmpty();
        }
    }

    /** Accepts clients one after another, and reads nothing. */
    private static final class UnreadingDaemon implements AutoCloseable {
        private final BlockingQueue<Device> clients = new LinkedBlockingQueue<>();
        private final CompletionPort port;

        UnreadingDaemon(final String pipe) throws Exception {
            port = CompletionPort.builder(this::onCompletion).workers(1).open();
            NamedPipeServer.builder(port, pipe).mode(PipeMode.MESSAGE).open();
        }

        private void onCompletion(final Completion completion) {
            if (completion.status() == Win32Error.SUCCESS) {
                clients.add(completion.device());
            }
        }

        void leave() throws Exception {
            clients.take().close();
        }

        @Override
        public void close() {
            port.close();
        }
    }
}
