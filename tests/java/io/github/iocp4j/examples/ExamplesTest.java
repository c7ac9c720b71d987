package io.github.iocp4j.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The programs that README shows are those in this folder, and they do what README says. */
class ExamplesTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path SOURCES = Path.of("java", "io", "github", "iocp4j", "examples");

    @Test
    void readmeShowsOnlyCodeThatIsCompiledHere() throws IOException {
        final String sources;
        try (Stream<Path> files = Files.list(SOURCES)) {
            sources = files.map(ExamplesTest::read).collect(Collectors.joining());
        }
        assertThat(Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(read(README)).results())
                .isNotEmpty()
                .extracting((MatchResult block) -> block.group(1))
                .allSatisfy(code -> assertThat(sources).contains(code));
    }

    @Test
    @Timeout(60)
    void theLoopDoesEverythingOnItsThread() throws Exception {
        final Queue<String> done = new ConcurrentLinkedQueue<>();
        final EventLoop loop = new EventLoop(
                batch -> done.add(Thread.currentThread().getName() + " was told of " + batch.token(0)));
        final Thread thread = new Thread(loop::run, "loop");
        thread.start();
        loop.execute(() -> done.add(Thread.currentThread().getName() + " has a task"));
        loop.port().post(0, 0, 7);
        while (done.size() < 2) {
            Thread.sleep(1);
        }
        loop.stop();
        thread.join();
        assertThat(done).containsExactlyInAnyOrder("loop has a task", "loop was told of 7");
        assertThat(loop.port().isOpen()).isFalse();
    }

    @Test
    @Timeout(60)
    void theServerAnswersTheClient() throws Exception {
        final String pipe = "iocp4j-example-" + ProcessHandle.current().pid();
        final InputStream console = System.in;
        final PrintStream screen = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PipedOutputStream enter = new PipedOutputStream(); PrintStream capture = new PrintStream(printed, true)) {
            System.setIn(new PipedInputStream(enter));
            System.setOut(capture);
            final CompletableFuture<Void> server = CompletableFuture.runAsync(() -> serve(pipe));
            while (!printed.toString(UTF_8).contains("Serving \\\\.\\pipe\\" + pipe)) {
                assertThat(server).isNotCompletedExceptionally();
                Thread.sleep(10);
            }
            AskServer.main(new String[] {pipe, "Wie geht's?"});
            enter.write('\n');
            enter.flush();
            server.get(30, TimeUnit.SECONDS);
        } finally {
            System.setIn(console);
            System.setOut(screen);
        }
        assertThat(printed.toString(UTF_8).lines()).last().isEqualTo("Wie geht's?");
    }

    private static void serve(final String pipe) {
        try {
            EchoServer.main(new String[] {pipe});
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file).replace("\r\n", "\n");
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}
