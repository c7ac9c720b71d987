package io.github.iocp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.device.AlertableThread;
import io.github.iocp4j.device.ConsoleEvents;
import io.github.iocp4j.device.WaitResult;
import io.github.iocp4j.device.WaitableDevice;
import io.github.iocp4j.device.WaitableObject;
import io.github.iocp4j.file.DirectoryChanges;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.monitoring.PortEvents;
import io.github.iocp4j.monitoring.PortManagement;
import io.github.iocp4j.monitoring.PortMonitor;
import io.github.iocp4j.nio.NamedPipeChannels;
import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.nio.PipeSocket;
import io.github.iocp4j.nio.Streams;
import io.github.iocp4j.pipe.ChildPipe;
import io.github.iocp4j.pipe.ChildProcess;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The class documentation shows only code that is compiled: the fragments below, the examples, or tests of Netty. */
final class ClassDocumentationTest {
    private static final long READ = 1;
    private static final long EXIT = 2;
    private static final Pattern CODE = Pattern.compile("<pre>\\{@code\n(.*?)\\}</pre>", Pattern.DOTALL);

    @Test
    void itsCodeIsCompiled() throws IOException {
        final Path tests = Path.of("java", "io", "github", "iocp4j");
        final String compiled = code(Stream.concat(javaFiles(tests.resolve("examples")).stream(),
                javaFiles(tests.resolve("netty")).stream()).map(ClassDocumentationTest::read)
                .collect(Collectors.joining()));
        final List<String> blocks = javaFiles(Path.of("..", "java")).stream()
                .filter(file -> file.toString().replace('\\', '/').contains("/src/main/java/"))
                .flatMap(file -> CODE.matcher(read(file).replaceAll("(?m)^ *\\* ?", "")).results())
                .map(ClassDocumentationTest::block).filter(block -> !block.startsWith("java -D"))
                .collect(Collectors.toList());

        assertThat(blocks).hasSizeGreaterThan(15).allSatisfy(block -> assertThat(compiled).contains(block));
    }

    private static String block(final MatchResult found) {
        return code(found.group(1));
    }

    /** Without indentation, final, and the dots that stand for code of the reader. */
    private static String code(final String text) {
        return text.lines().map(String::strip).filter(line -> !line.equals("..."))
                .map(line -> line.replace("final ", "")).collect(Collectors.joining("\n", "", "\n"));
    }

    private static List<Path> javaFiles(final Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).collect(Collectors.toList());
        }
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file).replace("\r\n", "\n");
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    @SuppressWarnings("try")
    void pipePage(final CompletionListener listener) throws IOException {
        try (CompletionPort port = CompletionPort.open(listener);
                NamedPipeServer server = NamedPipeServer.builder(port, "my-service").mode(PipeMode.MESSAGE).open()) {
        }
    }

    @SuppressWarnings("try")
    void monitoringPage(final CompletionPort port) throws IOException {
        try (PortManagement management = PortManagement.register(port);
                PortEvents events = PortEvents.register(port);
                PortMonitor monitor = PortMonitor.serve(port, "my-program")) {
        }
    }

    void poller(final CompletionPoller poller, final boolean running) {
        while (running) {
            poller.poll(millisecondsToNextTimer());
            runTasks();
        }
    }

    private int millisecondsToNextTimer() {
        return 0;
    }

    private void runTasks() {
    }

    void inlineCompletion(final OverlappedFile file, final ByteBuffer buffer, final FilePosition position,
            final long token) {
        long read = file.read(buffer, position, token);
        while (InlineCompletion.is(read)) {
            position.moveTo(position.bytes() + InlineCompletion.bytes(read));
            read = file.read(buffer, position, token);
        }
        // The listener goes on from here.
    }

    void childProcess(final CompletionPort port, final ByteBuffer buffer) throws IOException {
        final ChildProcess child = ChildProcess.builder(port, "find.exe", "needle").stderrToStdout().start();
        child.stdout().read(buffer, READ);                          // until it completes with BROKEN_PIPE
        child.awaitExitOrKill(Duration.ofSeconds(30), EXIT);        // its completion has the exit code
    }

    void directoryChanges(final Completion completion, final StringBuilder name) {
        final DirectoryChanges changes = ((DirectoryWatch) completion.device()).changes(completion);
        while (changes.next()) {
            name.setLength(0);
            System.out.println(changes.action() + " " + changes.appendName(name));
        }
    }

    void waitableDevice(final CompletionPort port, final long pid) throws IOException {
        try (WaitableObject process = WaitableObject.process(pid)) {
            WaitableDevice.open(port, process).await(0);            // its completion: the process has ended
        }
    }

    void alertableThread(final Others others, final WaitableObject done) throws IOException {
        try (AlertableThread here = AlertableThread.current()) {
            others.use(here);                                   // they call here.execute(...)
            while (here.awaitAny(1000, done).kind() != WaitResult.Kind.SIGNALLED) {
                tick();
            }
        }
    }

    private void tick() {
    }

    void consoleEvents(final ByteBuffer buffer, final Completion completion) {
        final ConsoleEvents events = new ConsoleEvents(buffer);       // once
        events.reset(0, completion.bytes());                          // for each completion
        while (events.next()) {
            if (events.kind() == ConsoleEvents.Kind.KEY && events.isKeyDown()) {
                typed(events.character());
            }
        }
    }

    private void typed(final char character) {
    }

    void namedPipeChannels(final CompletionHandler<Void, Void> handler) throws IOException {
        final AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(null);
        server.bind(NamedPipeAddress.of("my-service"));
        final AsynchronousSocketChannel client = NamedPipeChannels.open(null);
        client.connect(NamedPipeAddress.of("my-service"), null, handler);
    }

    void streams() throws IOException {
        final ChildPipe pipe = ChildPipe.builder(Streams.port(), PipeDirection.INBOUND).open();
        // Start the child with pipe.childHandle(), then pipe.closeChildEnd().
        try (Streams streams = Streams.of(pipe.parentEnd())) {
            streams.input().transferTo(System.out);
        }
    }

    void pipeSocket(final byte[] request) throws IOException {
        try (Socket socket = new PipeSocket("docker_engine")) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request);
            handle(socket.getInputStream());
        }
    }

    private void handle(final InputStream response) {
    }

    void pipeServerSocket() throws IOException {
        try (PipeServerSocket server = new PipeServerSocket("my-service")) {
            while (true) {
                final PipeSocket client = server.accept();
                new Thread(() -> serve(client)).start();
            }
        }
    }

    private void serve(final PipeSocket client) {
    }

    /** Threads that queue tasks to another one. */
    private interface Others {
        void use(Executor thread);
    }
}
