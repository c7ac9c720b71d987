package io.github.iocp4j.soak;

import io.github.iocp4j.PortSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * For minutes, many clients connect, talk, stall, disconnect and are killed; at the end all resources must be as at the
 * beginning.
 *
 * <p>The first round, which is short, is not measured: it makes the pools and tables as large as they get. What is
 * counted after it (handles, threads, memory, operations, devices) is counted again after the last one.
 */
@Command(name = "soak", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Strains ports, servers and pipes for minutes and checks that nothing is lost or left behind.")
public final class Soak implements Callable<Integer> {
    private static final Duration QUIET_TIMEOUT = Duration.ofMinutes(1);
    /** How much longer than asked for a soak may take before it says where its threads are. */
    private static final int OVERDUE_SECONDS = 60;

    @Option(names = "--minutes", paramLabel = "N", defaultValue = "10",
            description = "How long, after the round that is not measured. Default: ${DEFAULT-VALUE}")
    private double minutes;

    @Option(names = "--warm-up", paramLabel = "SECONDS", defaultValue = "60",
            description = "How long the round is that is not measured. Default: ${DEFAULT-VALUE}")
    private int warmUp;

    @Option(names = "--clients", paramLabel = "N", defaultValue = "32",
            description = "Clients in this process. Default: ${DEFAULT-VALUE}")
    private int clients;

    @Option(names = "--memory", paramLabel = "MIB", defaultValue = "4",
            description = "How many MiB more of its own the process may have at the end. Default: ${DEFAULT-VALUE}")
    private int memory;

    @Option(names = "--programs", paramLabel = "PATH", required = true,
            description = "The folder of process_census.exe, syelog_client.exe and child.exe.")
    private Path programs;

    private final Ledger clientLedger = new Ledger("clients");
    private final Ledger shortLedger = new Ledger("short lives");
    private final Ledger socketLedger = new Ledger("sockets");
    private final Ledger childLedger = new Ledger("children");
    private int lives;
    private int socketLives;
    private int killed;
    private int children;

    private Soak() {
    }

    /**
     * Exits with 0 when nothing was lost or left behind, else with 1.
     *
     * @param args see {@code --help}
     */
    public static void main(final String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.out.printf(Locale.ROOT, "%d clients, %d s to warm up, then %.2f minutes%n", clients, warmUp, minutes);
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, thrown) -> clientLedger.fault("the thread " + thread.getName() + " has died of " + thrown));
        watch();
        boolean fine;
        try (SoakServer server = new SoakServer("iocp4j-soak-" + ProcessHandle.current().pid())) {
            final List<Ledger> ledgers = List.of(
                    server.ledger(), clientLedger, shortLedger, socketLedger, childLedger);
            final Census.Taker census = new Census.Taker(programs, server.port());
            fine = round(server, Duration.ofSeconds(warmUp));
            final Census before = census.take();
            final long warm = operations(ledgers);
            final long begin = System.nanoTime();
            fine &= round(server, Duration.ofMillis((long) (minutes * 60_000)));
            final double took = (System.nanoTime() - begin) / 60e9;
            final long done = operations(ledgers) - warm;
            final Census after = census.take();

            ledgers.forEach(System.out::println);
            System.out.printf(Locale.ROOT, "%d short lives, %d of sockets, %d processes killed, %d children%n", lives,
                    socketLives, killed, children);
            for (final Ledger ledger : ledgers) {
                fine &= ledger.balances();
            }
            fine &= agrees(server);
            fine &= after.compareWith(before, memory, System.out);
            System.out.printf(Locale.ROOT, "%,d operations in %.2f minutes%n", done, took);
        }
        System.out.println(fine ? "soak: nothing lost, nothing left behind" : "soak: FAILED");
        return fine ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** A soak that hangs is killed by its caller: what it has printed is all that is left of it. */
    private void watch() {
        final Thread watcher = new Thread(() -> {
            try {
                TimeUnit.MILLISECONDS.sleep((long) ((warmUp + OVERDUE_SECONDS) * 1_000 + minutes * 60_000));
            } catch (final InterruptedException impossible) {
                return;
            }
            System.out.println("overdue; the threads are at:");
            Thread.getAllStackTraces().forEach((thread, frames) -> {
                System.out.println(thread + " " + thread.getState());
                for (final StackTraceElement frame : frames) {
                    System.out.println("    " + frame);
                }
            });
        }, "soak-watcher");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static long operations(final List<Ledger> ledgers) {
        return ledgers.stream().mapToLong(Ledger::completions).sum();
    }

    /** Returns whether all connections have ended. */
    private boolean round(final SoakServer server, final Duration length) throws IOException, InterruptedException {
        final long end = System.nanoTime() + length.toNanos();
        try (SoakClients crowd = new SoakClients(clientLedger, server.pipe(), clients);
                KilledClients doomed = new KilledClients(programs, server.pipe());
                ShortLives others = new ShortLives(shortLedger, server);
                SocketLives sockets = new SocketLives(socketLedger);
                Children offspring = new Children(childLedger, programs)) {
            for (int second = 1; System.nanoTime() < end; second++) {
                TimeUnit.SECONDS.sleep(1);
                doomed.oneMore();
                if (second % 10 == 0) {
                    report(server, crowd);
                }
            }
            killed += doomed.killed();
            lives += others.ended();
            socketLives += sockets.ended();
            children += offspring.ended();
        }
        final boolean quiet = server.awaitQuiet(QUIET_TIMEOUT);
        if (!quiet) {
            System.out.println("something is left a minute after the end of all clients");
        }
        return quiet;
    }

    private void report(final SoakServer server, final SoakClients crowd) {
        final PortSnapshot now = server.port().snapshot();
        System.out.printf(Locale.ROOT, "%,12d operations on the server, %,d of clients; %d devices, %d in flight; %s%n",
                server.ledger().completions(), clientLedger.completions(), now.devices().size(),
                now.operationsInFlight(), crowd);
    }

    /** Whether the counters of the server's port match its listener, and no device has ended unbalanced. */
    private static boolean agrees(final SoakServer server) {
        final PortSnapshot port = server.port().snapshot();
        final long seen = server.ledger().completions();
        final boolean fine = port.completions() == seen && port.unbalancedDevices() == 0
                && port.operationsQuarantined() == 0;
        System.out.printf(Locale.ROOT, "server: %,d completions delivered, %,d seen; %d devices out of balance, "
                + "%d operations in quarantine, %d foreign packets; %,d batches, the largest %d%n",
                port.completions(), seen, port.unbalancedDevices(), port.operationsQuarantined(),
                port.foreignPackets(), port.batches(), port.largestBatch());
        return fine;
    }
}
