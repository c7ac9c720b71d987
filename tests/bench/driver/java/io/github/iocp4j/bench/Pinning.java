package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Assigns cores to processes. Nearly every Win32 call is a request to the wineserver, which takes seven times as long
 * if the wineserver runs on another core; otherwise the scheduler would decide each comparison. Therefore contestants
 * and wineserver share one core, and this process with its clients has another one.
 */
final class Pinning {
    private static final int TIMEOUT_SECONDS = 30;

    private final List<String> command;
    private final List<String> everywhere;
    private final String description;

    private Pinning(final List<String> command, final List<String> everywhere, final String description) {
        this.command = command;
        this.everywhere = everywhere;
        this.description = description;
    }

    /** Pins this process to its core, and starts the wineserver on the core of the contestants. */
    static Pinning arrange() throws IOException, InterruptedException {
        if (Platform.IS_WINDOWS) {
            return none("this is Windows, which has no wineserver to keep beside a process");
        }
        final Path prefix = Path.of(System.getenv("WINEPREFIX"));
        final List<Integer> cores = allowed("self");
        if (cores.size() < 2) {
            return none("there is one core only; clients and contestants share it");
        }
        if (!succeeds("taskset", "--version")) {
            return none("there is no taskset; install util-linux");
        }
        final int own = cores.get(0);
        final int theirs = cores.get(cores.size() - 1);
        Optional<String> server = wineserver(prefix);
        if (server.isPresent() && !allowed(server.get()).equals(List.of(theirs))) {
            // A wineserver without clients ends by itself.
            succeeds("wineserver", "--wait");
            server = wineserver(prefix);
            if (server.isPresent()) {
                return none("Windows programs are running in " + prefix + ", and its wineserver may use other cores;"
                        + " end them, or set WINEPREFIX");
            }
        }
        succeeds("taskset", "--cpu-list", String.valueOf(theirs), "wineserver", "--persistent=60");
        server = awaitWineserver(prefix);
        if (server.isEmpty() || !allowed(server.get()).equals(List.of(theirs))) {
            return none("the wineserver of " + prefix + " does not stay on core " + theirs);
        }
        succeeds("taskset", "--all-tasks", "--cpu-list", "--pid", String.valueOf(own),
                String.valueOf(ProcessHandle.current().pid()));
        return new Pinning(List.of("taskset", "--cpu-list", String.valueOf(theirs)),
                List.of("taskset", "--cpu-list", cores.stream().map(String::valueOf).collect(Collectors.joining(","))),
                "contestants and wineserver on core " + theirs + ", TCP clients on core " + own);
    }

    static Pinning none(final String reason) {
        return new Pinning(List.of(), List.of(), "none: " + reason);
    }

    boolean isPinned() {
        return !command.isEmpty();
    }

    /** The prefix of a contestant's command. */
    List<String> command() {
        return command;
    }

    /**
     * The prefix of a command that shall use all cores; without it, the command would run on the core of this process.
     */
    List<String> everywhere() {
        return everywhere;
    }

    @Override
    public String toString() {
        return description;
    }

    /** The wineserver changes to its folder shortly after the command that starts it has returned. */
    private static Optional<String> awaitWineserver(final Path prefix) throws IOException, InterruptedException {
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
        Optional<String> server = wineserver(prefix);
        while (server.isEmpty() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(10);
            server = wineserver(prefix);
        }
        return server;
    }

    /** The wineserver of a prefix: its working folder is named after the device and inode of the prefix. */
    private static Optional<String> wineserver(final Path prefix) throws IOException {
        final String name = String.format("server-%x-%x", (Long) Files.getAttribute(prefix, "unix:dev"),
                (Long) Files.getAttribute(prefix, "unix:ino"));
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes.filter(process -> Character.isDigit(process.getFileName().toString().charAt(0)))
                    .filter(process -> isWineserver(process) && standsIn(process, name))
                    .map(process -> process.getFileName().toString()).findFirst();
        }
    }

    private static boolean isWineserver(final Path process) {
        try {
            return Files.readString(process.resolve("comm")).startsWith("wineserver");
        } catch (final IOException gone) {
            return false;
        }
    }

    private static boolean standsIn(final Path process, final String folder) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).endsWith(folder);
        } catch (final IOException gone) {
            return false;
        }
    }

    /** The cores that a process may use, which the kernel lists as in 0-2,5. */
    private static List<Integer> allowed(final String process) throws IOException {
        final String label = "Cpus_allowed_list:";
        final String list = Files.readAllLines(Path.of("/proc", process, "status")).stream()
                .filter(line -> line.startsWith(label)).findFirst().orElseThrow().substring(label.length()).trim();
        return Stream.of(list.split(",")).map(range -> range.split("-")).flatMap(ends -> IntStream
                .rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])).boxed())
                .collect(Collectors.toList());
    }

    private static boolean succeeds(final String... command) throws InterruptedException {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroy();
            return false;
        } catch (final IOException missing) {
            return false;
        }
    }
}
