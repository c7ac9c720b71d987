package io.github.iocp4j.demo;

import io.github.iocp4j.tools.ToolProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Starts {@code syelogd}, lets many clients write to it at the same time, and proves from the log file that every
 * message has arrived exactly once and in order. Then it prints figures.
 */
@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Many clients log to one daemon at once; the log proves that nothing is lost.")
public final class SyelogDemo implements Callable<Integer> {
    private static final int BURST_CLIENTS = 64;
    private static final int BURST_MESSAGES = 4;
    private static final String TEXT = "Hello World!";
    // Compiling the stub of a native method takes HotSpot up to a second under Wine, during which all other threads
    // wait.
    private static final List<String> DAEMON_JVM = List.of("-XX:+PreferInterpreterNativeStubs");
    // Several processes run at the same time, for seconds: they should start quickly.
    private static final List<String> LOGGER_JVM = List.of(
            "-XX:+PreferInterpreterNativeStubs", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m");

    @Option(names = "--clients-exe", paramLabel = "PATH", required = true, description = "The native client.")
    private Path clientsExe;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "16",
            description = "Clients at once, at least 8; every fourth is a Java logger. Default: ${DEFAULT-VALUE}")
    private int clients;

    @Option(names = "--messages", paramLabel = "TOTAL", defaultValue = "24000",
            description = "Messages of all clients together. Default: ${DEFAULT-VALUE}")
    private int messages;

    private final String pipe = "iocp4j-demo-" + ProcessHandle.current().pid();
    private final Map<String, Integer> sent = new LinkedHashMap<>();
    private final List<ToolProcess> processes = new CopyOnWriteArrayList<>();
    private Path folder;
    private Path log;

    private SyelogDemo() {
    }

    /**
     * Runs the demonstration.
     *
     * @param args see {@code --help}
     */
    public static void main(final String[] args) {
        System.exit(new CommandLine(new SyelogDemo()).setExecutionExceptionHandler((thrown, demo, parsed) -> {
            System.err.println("demo: " + thrown.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (clients < 8 || messages < clients) {
            throw new IllegalArgumentException("There must be at least 8 clients, and a message for each");
        }
        // In any case, nothing that was started here may be left.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> processes.forEach(ToolProcess::close)));
        folder = Files.createTempDirectory("iocp4j-demo");
        log = folder.resolve("syelogd.log");
        final ToolProcess daemon = tool(DAEMON_JVM, "syelogd", "--pipe", pipe, "--output", log.toString(), "--stats");
        daemon.awaitErrors("serving");
        System.out.println("syelogd serves \\\\.\\pipe\\" + pipe);
        final double perSecond = runClients();
        runBurst();
        end(daemon);

        final List<String> problems = prove();
        if (!problems.isEmpty()) {
            System.out.println("NOT proven, see " + log + ":");
            problems.forEach(problem -> System.out.println("  " + problem));
            return CommandLine.ExitCode.SOFTWARE;
        }
        // At exit the processes' own files go before these, and the last named of these goes first.
        folder.toFile().deleteOnExit();
        log.toFile().deleteOnExit();
        final int total = sent.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println("Proven: each of " + total + " messages is in the log exactly once, in its client's order.");
        print("messages per second", perSecond);
        print("mean batch size", daemon.figure("mean batch"));
        print("largest batch", daemon.figure("largest batch"));
        print("upcalls per message", daemon.figure("upcalls per message"));
        print("Java heap bytes per message on the workers", daemon.figure("heap bytes per message"));
        return CommandLine.ExitCode.OK;
    }

    /** Answers the messages per second, from the first line in the log until the last client has left. */
    private double runClients() throws IOException, InterruptedException {
        final int each = (messages + clients - 1) / clients;
        final List<ToolProcess> running = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            final String ident = "client" + i;
            running.add(i % 4 == 3 ? javaClient(ident, each) : nativeClient(ident, each));
        }
        System.out.println(clients - clients / 4 + " native and " + clients / 4 + " Java clients send " + each
                + " messages each");
        final long begin = firstLineTime(running);
        for (long report = begin; running.stream().anyMatch(ToolProcess::isAlive); Thread.sleep(20)) {
            if (System.nanoTime() - report > 0) {
                printProgress(running, each * clients);
                report += TimeUnit.SECONDS.toNanos(1);
            }
        }
        // A client leaves when the daemon has read all that it has written.
        final double seconds = (System.nanoTime() - begin) / 1e9;
        checkAll(running);
        // The last lines may still be on their way to the file.
        for (int i = 0; i < 100 && countMessages() < each * clients; i++) {
            Thread.sleep(20);
        }
        printProgress(running, each * clients);
        return each * clients / seconds;
    }

    private void runBurst() throws IOException, InterruptedException {
        System.out.println(BURST_CLIENTS + " clients connect, send " + BURST_MESSAGES + " messages and leave");
        final List<ToolProcess> burst = new ArrayList<>();
        for (int i = 0; i < BURST_CLIENTS; i++) {
            burst.add(nativeClient("burst" + i, BURST_MESSAGES));
        }
        checkAll(burst);
    }

    private void end(final ToolProcess daemon) throws IOException, InterruptedException {
        System.out.println("logger --terminate asks the daemon to leave");
        checkAll(List.of(tool(LOGGER_JVM, "logger", "--pipe", pipe, "--ident", "end", "--terminate")));
        checkAll(List.of(daemon));
    }

    private List<String> prove() throws IOException {
        final LogProof proof = new LogProof(sent);
        try (Stream<String> lines = Files.lines(log)) {
            lines.filter(line -> !line.endsWith(": end: Requesting exit on close.")).forEachOrdered(proof::add);
        }
        return proof.problems();
    }

    private ToolProcess nativeClient(final String ident, final int count) throws IOException {
        sent.put(ident, count);
        return started(ToolProcess.start(folder, List.of(clientsExe.toAbsolutePath().toString(),
                "--pipe", pipe, "--ident", ident, "--count", Integer.toString(count))));
    }

    private ToolProcess javaClient(final String ident, final int count) throws IOException {
        sent.put(ident, count);
        return tool(LOGGER_JVM, "logger", "--pipe", pipe, "--ident", ident, "--count", Integer.toString(count), TEXT);
    }

    private ToolProcess tool(final List<String> jvmOptions, final String... args) throws IOException {
        return started(ToolProcess.start(folder, ToolProcess.command(jvmOptions, args)));
    }

    private ToolProcess started(final ToolProcess process) {
        processes.add(process);
        return process;
    }

    private long firstLineTime(final List<ToolProcess> running) throws IOException, InterruptedException {
        while (Files.size(log) == 0 && running.stream().anyMatch(ToolProcess::isAlive)) {
            Thread.sleep(5);
        }
        return System.nanoTime();
    }

    private void printProgress(final List<ToolProcess> running, final int total) throws IOException {
        System.out.printf("  %6d of %d messages, %2d of %d clients at work%n", countMessages(), total,
                running.stream().filter(ToolProcess::isAlive).count(), running.size());
    }

    private long countMessages() throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> !line.contains(" ---- --.")).count();
        }
    }

    private static void checkAll(final List<ToolProcess> ended) throws IOException, InterruptedException {
        for (final ToolProcess process : ended) {
            final int exitCode = process.exitCode();
            if (exitCode != 0) {
                throw new IOException("A process ended with exit code " + exitCode + ": " + process.errors());
            }
        }
    }

    private static void print(final String name, final double figure) {
        System.out.printf(Locale.ROOT, "  %-45s%10.2f%n", name, figure);
    }
}
