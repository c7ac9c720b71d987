package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.tools.Programs;
import io.github.iocp4j.tools.ToolProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A daemon in a process of its own, on a pipe of its own. */
final class SyelogdProcess implements AutoCloseable {
    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final long TIMEOUT_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final ToolProcess process;
    private final String pipe;
    private final Path log;

    private SyelogdProcess(final ToolProcess process, final String pipe, final Path log) throws Exception {
        this.process = process;
        this.pipe = pipe;
        this.log = log;
        process.awaitErrors("syelogd: serving ");
    }

    /** Starts a daemon that writes to the file {@code log} of that folder, and waits until it serves. */
    static SyelogdProcess start(final Path folder, final String... options) throws Exception {
        return startOn(newPipe(), folder, options);
    }

    /** The same, on that pipe. */
    static SyelogdProcess startOn(final String pipe, final Path folder, final String... options) throws Exception {
        final Path log = folder.resolve("log");
        return new SyelogdProcess(Programs.tool(folder, arguments(pipe, log, options)), pipe, log);
    }

    /** Starts a daemon on which {@link #pressCtrlC} can be used. */
    static SyelogdProcess startOnConsole(final Path folder, final String... options) throws Exception {
        final Path log = folder.resolve("log");
        final String pipe = newPipe();
        final List<String> command = Programs.toolCommand(arguments(pipe, log, options));
        return new SyelogdProcess(Programs.nativeProgram(folder, "ctrl_c", command), pipe, log);
    }

    /** A unique name. */
    static String newPipe() {
        return "iocp4j-test-" + ProcessHandle.current().pid() + '-' + STARTED.incrementAndGet();
    }

    String pipe() {
        return pipe;
    }

    Path log() {
        return log;
    }

    ToolProcess process() {
        return process;
    }

    /** A connection to this daemon, which can send anything. */
    Client connect() throws Win32Exception {
        return new Client(pipe);
    }

    void pressCtrlC() {
        process.endInput();
    }

    /** Asks the daemon to leave, and returns its exit code. */
    int leave() throws Exception {
        try (Client client = connect()) {
            client.send(Messages.line("leave").terminating(1));
        }
        return process.exitCode();
    }

    /** All lines of the log so far. */
    List<String> lines() throws IOException {
        return wholeLines(Files.readString(log)).collect(Collectors.toList());
    }

    /** What follows {@code FACILITY.SEVERITY: } in the lines of clients. */
    List<String> texts() throws IOException {
        return texts(Files.readString(log));
    }

    static List<String> texts(final String log) {
        return wholeLines(log).filter(line -> !line.contains(" ---- --."))
                .map(line -> line.substring(line.indexOf(": ") + 2)).collect(Collectors.toList());
    }

    /** Waits for a line with that text, and returns the line. */
    String awaitText(final String text) throws Exception {
        return await(() -> lines().stream().filter(line -> line.endsWith(": " + text)).findFirst());
    }

    /** Waits until so many texts begin like that, and returns them. */
    List<String> awaitTexts(final String begin, final int count) throws Exception {
        return await(() -> Optional
                .of(texts().stream().filter(text -> text.startsWith(begin)).collect(Collectors.toList()))
                .filter(texts -> texts.size() >= count));
    }

    /** Sends a message on a new connection and waits until it is in the log: the daemon still works. */
    void assertServes() throws Exception {
        final String text = "still there " + STARTED.incrementAndGet();
        try (Client client = connect()) {
            client.send(Messages.line(text));
        }
        awaitText(text);
    }

    /** Kills the daemon if it is still there. */
    @Override
    public void close() {
        process.close();
    }

    /** Checks that there is each of the messages {@code IDENT: Hello World! [1 of COUNT]} once, and in order. */
    static void assertComplete(final List<String> texts, final String ident, final int count) {
        final String begin = ident + ": ";
        assertThat(texts.stream().filter(text -> text.startsWith(begin))).containsExactlyElementsOf(
                Stream.iterate(1, i -> i <= count, i -> i + 1)
                        .map(i -> begin + "Hello World! [" + i + " of " + count + "]").collect(Collectors.toList()));
    }

    /** Without the beginning of a line that is not yet written to its end. */
    private static Stream<String> wholeLines(final String log) {
        return log.substring(0, log.lastIndexOf('\n') + 1).lines();
    }

    private <T> T await(final Callable<Optional<T>> condition) throws Exception {
        final long deadline = System.nanoTime() + TIMEOUT_NANOS;
        while (System.nanoTime() - deadline < 0) {
            final Optional<T> found = condition.call();
            if (found.isPresent()) {
                return found.get();
            }
            Thread.sleep(5);
        }
        throw new AssertionError("Waited in vain. The log:\n" + Files.readString(log)
                + "\nStandard error:\n" + process.errors());
    }

    private static String[] arguments(final String pipe, final Path log, final String... options) {
        return Stream.concat(Stream.of("syelogd", "--pipe", pipe, "--output", log.toString()), Arrays.stream(options))
                .toArray(String[]::new);
    }

    /** Sends any message, well-formed or not, and closes. */
    static final class Client implements AutoCloseable {
        private final CompletionPort port;
        private final NamedPipeClient.Builder builder;
        private final Semaphore written = new Semaphore(0);
        private NamedPipe pipe;

        Client(final String name) throws Win32Exception {
            port = CompletionPort.batchBuilder(batch -> written.release(batch.size())).workers(1).open();
            builder = NamedPipeClient.builder(port, name).direction(PipeDirection.OUTBOUND);
            pipe = builder.connect();
        }

        void send(final Messages message) throws InterruptedException {
            send(message.bytes());
        }

        void send(final byte[] bytes) throws InterruptedException {
            pipe.write(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), 0);
            written.acquire();
        }

        void reconnect() throws Win32Exception {
            pipe.close();
            pipe = builder.connect();
        }

        @Override
        public void close() {
            port.close();
        }
    }
}
