package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Many clients come, talk, stall, vanish and are killed, for minutes; at the end everything must be where it began.
 *
 * <p>The first round, which is short, is not measured: it makes the pools and tables as large as they get. What is
 * counted after it (handles, threads, memory, operations, devices) is counted again after the last one.
 */
@Command(name = "soak", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Strains one pipe server for minutes and checks that nothing is left behind.")
public final class Soak implements Callable<Integer> {
    private static final Duration WARM_UP = Duration.ofSeconds(20);

    @Option(names = "--minutes", defaultValue = "10", description = "How long (default: ${DEFAULT-VALUE}).")
    private double minutes;

    @Option(names = "--clients", defaultValue = "64", description = "Clients in this process (default: ${DEFAULT-VALUE}).")
    private int clients;


    @Option(names = "--programs", required = true, description = "The folder of process_census.exe and syelog_client.exe.")
    private Path programs;

    private Soak() {
    }

    /** Exits with 0 when nothing was left behind. */
    public static void main(final String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        System.out.println(clients + " clients, " + minutes + " minutes");
        final Census before;
        final Census after;
        final PortSnapshot served;
        try (SoakServer server = new SoakServer("iocp4j-soak-" + ProcessHandle.current().pid())) {
            final Census.Taker census = new Census.Taker(programs, server.port());
            round(server, WARM_UP);
            before = census.take();
            round(server, Duration.ofMillis((long) (minutes * 60_000)));
            after = census.take();
            served = server.port().snapshot();
        }
        System.out.printf(Locale.ROOT, "%,d operations on the server, %,d batches, largest %d%n",
                served.operationsCompleted(), served.batches(), served.largestBatch());
        return Census.compare(before, after, System.out) && served.unbalancedDevices() == 0 ? 0 : 1;
    }

    private void round(final SoakServer server, final Duration length) throws IOException, InterruptedException {
        final long end = System.nanoTime() + length.toNanos();
        try (SoakClients crowd = new SoakClients(server.pipe(), clients);
                KilledClients killed = new KilledClients(programs, server.pipe())) {
            long nextLine = System.nanoTime();
            while (System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(200);
                killed.oneMore();
                if (System.nanoTime() > nextLine) {
                    nextLine += TimeUnit.SECONDS.toNanos(10);
                    final PortSnapshot now = server.port().snapshot();
                    System.out.printf(Locale.ROOT, "%,12d operations served, %,d by clients, %d devices, %d in flight; %s%n",
                            now.operationsCompleted(), crowd.operations(), now.devices().size(),
                            now.operationsInFlight(), crowd);
                }
            }
        }
        server.awaitQuiet();
    }

    /** A port is quiet when only its server's waiting instances are left. */
    static boolean isQuiet(final CompletionPort port, final int listening) {
        final PortSnapshot now = port.snapshot();
        return now.devices().size() == listening + 1 && now.operationsInFlight() == listening
                && now.operationsAccepted() - now.operationsCompleted() == listening;
    }
}
