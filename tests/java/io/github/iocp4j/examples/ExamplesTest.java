package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shorter examples, each of which does what its comment says. */
class ExamplesTest {
    @Test
    @Timeout(180)
    void theLoopDoesEverythingOnItsThread() throws Exception {
        final Queue<String> done = new ConcurrentLinkedQueue<>();
        final EventLoop loop = new EventLoop(
                completion -> done.add(Thread.currentThread().getName() + " has completed " + completion.token()));
        final Thread thread = new Thread(loop::run, "loop");
        thread.start();
        loop.execute(() -> done.add(Thread.currentThread().getName() + " has a task"));
        loop.port().post(0, 0, 7);
        while (done.size() < 2) {
            Thread.sleep(1);
        }
        loop.stop();
        thread.join();
        assertThat(done).containsExactlyInAnyOrder("loop has a task", "loop has completed 7");
        assertThat(loop.port().isOpen()).isFalse();
    }

    @Test
    @Timeout(180)
    void theGreeterGreetsEachClient() throws Exception {
        final String pipe = "iocp4j-greeter-" + ProcessHandle.current().pid();
        try (Console console = new Console()) {
            console.start(Greeter::main, pipe);
            console.await("Serving \\\\.\\pipe\\" + pipe);
            for (int client = 0; client < 2; client++) {
                // With readAllBytes(), the file's stream of a newer JVM would ask for the length.
                try (InputStream stream = new BufferedInputStream(new FileInputStream("\\\\.\\pipe\\" + pipe))) {
                    assertThat(stream.readAllBytes()).asString(UTF_8).isEqualTo("Hello");
                }
            }
            console.pressEnter();
        }
    }

    @Test
    @Timeout(180)
    void theServerAnswersTheClient() throws Exception {
        final String pipe = "iocp4j-example-" + ProcessHandle.current().pid();
        try (Console console = new Console()) {
            console.start(EchoServer::main, pipe);
            console.await("Serving \\\\.\\pipe\\" + pipe);
            AskServer.main(new String[] {pipe, "Wie geht's?"});
            AskThroughSocket.main(new String[] {pipe, "Danke"});
            AskWithFutures.main(new String[] {pipe, "Gern"});
            console.pressEnter();
            assertThat(console.printed().lines()).endsWith("Wie geht's?", "Danke", "Gern");
        }
    }

    @Test
    @Timeout(180)
    void theChannelsAnswerTheClient() throws Exception {
        final String pipe = "iocp4j-channel-echo-" + ProcessHandle.current().pid();
        try (Console console = new Console()) {
            console.start(ChannelEcho::main, pipe);
            console.await("Serving \\\\.\\pipe\\" + pipe);
            AskThroughSocket.main(new String[] {pipe, "first"});
            AskWithFutures.main(new String[] {pipe, "second"});
            console.pressEnter();
            assertThat(console.printed().lines()).endsWith("first", "second");
        }
    }

    @Test
    @Timeout(180)
    void theChecksumIsThatOfTheWholeFile(@TempDir final Path folder) throws Exception {
        final Path file = Files.writeString(folder.resolve("file"), "123456789".repeat(20_000));
        try (Console console = new Console()) {
            Checksum.main(new String[] {file.toString()});
            final CRC32 expected = new CRC32();
            expected.update(Files.readAllBytes(file));
            assertThat(console.printed().lines())
                    .containsExactly("180000 bytes, CRC-32 " + Long.toHexString(expected.getValue()));
        }
    }

    @Test
    @Timeout(180)
    void theLogShowsWhatAProgramOfProcessBuilderPrints() throws Exception {
        final Path program = Path.of(System.getProperty("iocp4j.tests.native"), "child.exe").toAbsolutePath();
        try (Console console = new Console()) {
            BuildLog.main(new String[] {program.toString(), "say", "done"});
            assertThat(console.printed().lines()).containsExactly("done", "Exit code 3");
        }
    }

    @Test
    @Timeout(180)
    void theWatcherReportsAFile(@TempDir final Path folder) throws Exception {
        try (Console console = new Console()) {
            console.start(FolderWatcher::main, folder.toString());
            console.await("Watching " + folder);
            final Path file = Files.createFile(folder.resolve("new.txt"));
            console.await("ADDED " + file);
            Files.delete(file);
            console.await("REMOVED " + file);
            console.pressEnter();
        }
    }
}
