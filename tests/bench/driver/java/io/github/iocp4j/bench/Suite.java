package io.github.iocp4j.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** All benchmarks, and their contestants. */
final class Suite {
    static final String THREAD_MODELS = "thread-models";
    static final String MECHANISMS = "mechanisms";
    /** Benchmarks in which iocp4j allocates nothing on the Java heap. */
    static final Set<String> STEADY = Set.of(
            "posted-packets", "file-reads", "tcp-echo", "tcp-latency", THREAD_MODELS, MECHANISMS, "pipe-echo",
            "pipe-latency", "syelogd", "syelogd-latency");

    private static final String CONTESTANT = "io.github.iocp4j.bench.contestants.Contestant";
    private static final List<Integer> DEPTHS = List.of(1, 8, 32, 128);
    private static final int SHORT = 64;
    private static final List<Integer> LENGTHS = List.of(SHORT, 4096);
    private static final int MANY = 1000;
    private static final List<Integer> SOCKETS = List.of(1, 16, 256, MANY);
    private static final int LONGER_ROUNDS = 5;
    private static final List<Integer> PIPES = List.of(1, 16, 256);
    private static final List<Integer> LOGGING = List.of(1, 4, 16, 64);
    /** Numbers of clients at an offered load. */
    private static final List<Integer> PATIENT = List.of(16, 256);
    private static final List<Integer> DEVICES = List.of(10, 100, 1000, 10_000);
    private static final String IN_FLIGHT = "64";
    private static final String BACKLOG = "256";
    private static final String ONE_WORKER = "one worker";
    private static final long CACHED = 64L << 20;
    private static final long LARGE = 1L << 30;
    /** In each turn, which is short, so that enough turns fit into a run. */
    private static final int SMALL_FILES = 1000;
    private static final String COPIES = "copies";
    private static final String PACKETS = "COMPLETION_PORT";
    private static final String NETTY_NIO = "Netty NIO";
    private static final String NETTY = "Netty on iocp4j-netty";
    private static final int NETTY_WARM_UPS = 4;
    private static final String MANY_COMPARED = "With 1000 clients a round is five times as long: one round trip of "
            + "all of them takes 70 ms,\nand a short round would measure its begin and its end.";
    private static final String NETTY_COMPARED = "Each server warms up four times as long as elsewhere: the JVM "
            + "compiles Netty's code\nfor about ten seconds, on the same core; a request then waits for 3 to 5 ms.\n"
            + MANY_COMPARED;
    private static final String MECHANISMS_COMPARED =
            "The rate of each mechanism, relative to a port whose packets the kernel queues:\n\n"
            + "- It shows the cost of the detour. For each other mechanism, Windows first notifies a thread of the\n"
            + "  library, which posts the packet: an alertable thread, or one of the process's pool. An APC also\n"
            + "  needs a hand-over to the alertable thread, because that thread must start the operation. An\n"
            + "  operation that succeeds at once needs no notification, but the kernel queues a packet for it.\n"
            + "- On Windows, wait-completion packets wait for the events of all operations. Under Wine, each 63\n"
            + "  events need a thread.";
    private static final String MODELS_COMPARED = "The rate of each model, relative to iocp4j on one thread:\n\n"
            + "- Answered at once, the figures show the cost of a server whose next message goes to another thread.\n"
            + "  No more workers run than there are processors.\n"
            + "- Answered after 1 ms, during which the handler sleeps, the figures show how many messages a model\n"
            + "  handles at the same time: one; as many as there are clients; or as many as the pool has workers,\n"
            + "  by default 2 × processors + 2. Under Wine, a sleep is also a request to the wineserver, which\n"
            + "  limits the server with a thread for each client.";

    private final Platform platform;
    private final DataFolder data;
    private final CachedFile cached;
    private final String file;

    /**
     * Creates the benchmarks.
     *
     * @param platform starts the contestants
     */
    Suite(final Platform platform) {
        this.platform = platform;
        data = new DataFolder(platform.target().resolve("data"));
        cached = new CachedFile(data.resolve("cached.bin"), CACHED);
        file = cached.toString();
    }

    Platform platform() {
        return platform;
    }

    /** The folder of the files that the benchmarks make. */
    DataFolder data() {
        return data;
    }

    List<Benchmark> benchmarks() {
        return List.of(delivery(), submission(), postedPackets(), backlog(), fileReads(), fileChannels(), tcpEcho(),
                tcpChannels(), tcpLatency(), threadModels(), mechanisms(), pipeEcho(), pipeLatency(), syelogd(),
                syelogdLatency(), devices(), openClose(), fileCopy(), new Start(platform, data, cached),
                new Memory(platform), netty());
    }

    private Benchmark delivery() {
        return new MicroBenchmark("delivery", "completions delivered to Java without a kernel", "DeliveryBenchmark",
                platform);
    }

    private Benchmark submission() {
        return new MicroBenchmark("submission", "operations started from Java that complete at once, without a kernel",
                "SubmissionBenchmark", platform);
    }

    private Benchmark postedPackets() {
        return new Contest("posted-packets", "packets that the program posts to itself", cached, List.of(
                new Comparison("64 in flight", List.of(
                        Entrant.subject("iocp4j", java("posted-packets.iocp4j", IN_FLIGHT, file, "0")),
                        Entrant.peer("JNA", java("posted-packets.jna", IN_FLIGHT)),
                        Entrant.peer("floor", platform.floor("posted-packets", IN_FLIGHT, file, "0")),
                        Entrant.peer("floor, 1 thread",
                                platform.lonelyFloor("posted-packets", IN_FLIGHT, file, "0"))), itself())));
    }

    private Benchmark fileReads() {
        final List<Comparison> comparisons = new ArrayList<>();
        for (final int depth : DEPTHS) {
            final String inFlight = String.valueOf(depth);
            final List<Entrant> entrants = new ArrayList<>(List.of(
                    Entrant.subject("iocp4j", reads(inFlight, "queued", "0", "0")),
                    Entrant.subject("iocp4j inline", reads(inFlight, "inline", "0", "0")),
                    Entrant.subject("iocp4j, 1 worker", reads(inFlight, "queued", "0", "1")),
                    Entrant.peer("AsynchronousFileChannel", java("file-reads.jdk", file, inFlight)),
                    Entrant.peer("floor", platform.floor("file-reads", file, inFlight, "queued", "0")),
                    Entrant.peer("floor inline", platform.floor("file-reads", file, inFlight, "inline", "0")),
                    Entrant.peer("floor, 1 thread",
                            platform.lonelyFloor("file-reads", file, inFlight, "queued", "0"))));
            if (depth == 1) {
                entrants.add(Entrant.peer("FileChannel", java("file-reads.channel", file)));
            }
            comparisons.add(new Comparison("depth " + depth, entrants, itself()));
        }
        return new Contest("file-reads", "random reads of 4 KiB from a cached file", cached, comparisons);
    }

    private Benchmark fileChannels() {
        final List<Comparison> comparisons = new ArrayList<>();
        for (final int depth : DEPTHS) {
            final String inFlight = String.valueOf(depth);
            comparisons.add(new Comparison("depth " + depth, List.of(
                    Entrant.subject("FileChannels", java("file-reads.nio", file, inFlight)),
                    Entrant.peer("AsynchronousFileChannel", java("file-reads.jdk", file, inFlight)),
                    Entrant.peer("OverlappedFile", reads(inFlight, "queued", "0", "0"))), itself()));
        }
        return new Contest("file-channels", "the same reads through AsynchronousFileChannels", cached, comparisons);
    }

    private Benchmark tcpEcho() {
        final List<Comparison> comparisons = new ArrayList<>();
        for (final int length : LENGTHS) {
            SOCKETS.forEach(connections -> comparisons.add(tcpEcho(length, connections)));
        }
        return new Contest("tcp-echo", "round trips of an echo server's TCP clients", nothing(), comparisons)
                .remark(MANY_COMPARED);
    }

    private Benchmark tcpChannels() {
        final List<Comparison> comparisons = new ArrayList<>();
        SOCKETS.forEach(connections -> comparisons.add(tcpChannels(connections, "default", "")));
        SOCKETS.forEach(connections -> comparisons.add(tcpChannels(connections, "fixed", ", fixed group")));
        return new Contest("tcp-channels", "an echo server with AsynchronousSocketChannels, in the default group and "
                + "in one with as many threads as processors", nothing(), comparisons).remark(MANY_COMPARED);
    }

    private Comparison tcpChannels(final int connections, final String group, final String label) {
        return new Comparison(clients(SHORT, connections) + label, List.of(
                Entrant.subject("CompletionPortChannelProvider", java("socket-echo.nio", group)),
                Entrant.peer("the JDK's provider", java("socket-echo.jdk", group))),
                tcpClients(connections, SHORT)).longerRounds(longerRounds(connections));
    }

    private Benchmark pipeEcho() {
        final List<Comparison> comparisons = new ArrayList<>();
        for (final int length : LENGTHS) {
            PIPES.forEach(connections -> comparisons.add(pipeEcho(length, connections)));
        }
        return new Contest("pipe-echo", "round trips of an echo server's pipe clients", nothing(), comparisons);
    }

    private Benchmark syelogd() {
        return new Contest("syelogd", "messages of syelog clients, written to a file", logs(),
                LOGGING.stream().map(this::syelogd).collect(Collectors.toList()));
    }

    private Benchmark syelogdLatency() {
        return new Contest("syelogd-latency", "how long syelog clients wait for a write at half load", logs(),
                LOGGING.stream().map(clients -> syelogd(clients).atHalfLoad()).collect(Collectors.toList()));
    }

    private Comparison syelogd(final int count) {
        final String daemon = pipe("syelogd");
        final String sink = pipe("sink");
        final String lonelySink = pipe("lonely-sink");
        return new Comparison(clients(count), List.of(
                Entrant.subject("iocp4j", java("syelogd.iocp4j", daemon, log(daemon).toString())),
                Entrant.peer("floor", platform.floor("syelog-sink", sink, log(sink).toString())),
                Entrant.peer("floor, 1 thread",
                        platform.lonelyFloor("syelog-sink", lonelySink, log(lonelySink).toString()))),
                server -> new SyelogClients(new ContestantProcess(platform.floor(
                        "syelog-clients", server.address(), String.valueOf(count))), log(server.address())));
    }

    private Contest.Preparation logs() {
        return () -> Files.createDirectories(data.resolve("."));
    }

    /** The file of a daemon that serves that pipe. */
    private Path log(final String pipe) {
        return data.resolve(pipe + ".log");
    }

    private Benchmark tcpLatency() {
        return new Contest("tcp-latency", "latency of a TCP echo server at half load", nothing(), PATIENT.stream()
                .map(connections -> tcpEcho(SHORT, connections).atHalfLoad()).collect(Collectors.toList()));
    }

    private Benchmark pipeLatency() {
        return new Contest("pipe-latency", "latency of a pipe echo server at half load", nothing(), PATIENT.stream()
                .map(connections -> pipeEcho(SHORT, connections).atHalfLoad()).collect(Collectors.toList()));
    }

    private Comparison tcpEcho(final int length, final int connections) {
        return new Comparison(clients(length, connections), List.of(
                Entrant.subject("iocp4j", java("socket-echo.iocp4j", "queued", "0")),
                Entrant.subject("iocp4j inline", java("socket-echo.iocp4j", "inline", "0")),
                Entrant.subject(NETTY, java("socket-echo.netty", "IOCP")),
                Entrant.peer("AsynchronousSocketChannel", java("socket-echo.jdk", "fixed")),
                Entrant.peer(NETTY_NIO, java("socket-echo.netty", "NIO")),
                Entrant.peer("floor", platform.floor("socket-echo", "queued")),
                Entrant.peer("floor inline", platform.floor("socket-echo", "inline")),
                Entrant.peer("floor, 1 thread", platform.lonelyFloor("socket-echo", "queued"))),
                tcpClients(connections, length)).longerRounds(longerRounds(connections));
    }

    /** As {@link #MANY_COMPARED} says. */
    private static int longerRounds(final int connections) {
        return connections < MANY ? 1 : LONGER_ROUNDS;
    }

    private Benchmark netty() {
        final List<Comparison> comparisons = new ArrayList<>();
        for (final int connections : SOCKETS) {
            final List<Entrant> entrants = transports("socket-echo.netty");
            entrants.add(Entrant.peer("floor, 1 thread", platform.lonelyFloor("socket-echo", "queued")));
            entrants.add(Entrant.peer("floor inline, 1 thread", platform.lonelyFloor("socket-echo", "inline")));
            comparisons.add(new Comparison("echo, " + clients(SHORT, connections), entrants,
                    tcpClients(connections, SHORT)).longerRounds(longerRounds(connections)));
        }
        SOCKETS.forEach(connections -> comparisons.add(
                onTransports("HTTP", "http.netty", connections, FixedExchange.http())));
        SOCKETS.forEach(connections -> comparisons.add(
                onTransports("gRPC", "grpc.netty", connections, GrpcExchange::new)));
        return new Contest("netty", "Netty's servers on its transports", nothing(), comparisons)
                .warmUps(NETTY_WARM_UPS).remark(NETTY_COMPARED);
    }

    private Comparison onTransports(final String what, final String server, final int connections,
            final Supplier<Exchange> exchange) {
        return new Comparison(what + ", " + clients(connections), transports(server),
                tcpClients(connections, exchange)).longerRounds(longerRounds(connections));
    }

    private List<Entrant> transports(final String server) {
        return new ArrayList<>(List.of(
                Entrant.subject(NETTY, java(server, "IOCP")), Entrant.peer(NETTY_NIO, java(server, "NIO"))));
    }

    private Benchmark threadModels() {
        final List<Comparison> comparisons = new ArrayList<>();
        SOCKETS.forEach(connections -> comparisons.add(threadModels("answered at once", "0", connections)));
        SOCKETS.forEach(connections -> comparisons.add(threadModels("answered after 1 ms", "1", connections)));
        return new Contest(THREAD_MODELS, "an echo server with one thread, with a thread for each client, with a pool",
                nothing(), comparisons).remark(MODELS_COMPARED);
    }

    private Comparison threadModels(final String what, final String milliseconds, final int connections) {
        return new Comparison(what + ", " + clients(connections), List.of(
                Entrant.subject("iocp4j, one thread", java("socket-echo.iocp4j", "polled", milliseconds)),
                Entrant.subject("iocp4j, a polled port for each processor", java("socket-echo.ports", milliseconds)),
                Entrant.subject("iocp4j, a pool", java("socket-echo.iocp4j", "queued", milliseconds)),
                Entrant.subject("iocp4j, a pool, inline", java("socket-echo.iocp4j", "inline", milliseconds)),
                Entrant.peer("NIO selector, one thread", java("socket-echo.selector", milliseconds)),
                Entrant.peer("ServerSocket, a thread for each client",
                        java("socket-echo.threads", milliseconds))), tcpClients(connections, SHORT));
    }

    private static Load.Maker tcpClients(final int connections, final int length) {
        return tcpClients(connections, FixedExchange.echo(length));
    }

    private static Load.Maker tcpClients(final int connections, final Supplier<Exchange> exchange) {
        return server -> new TcpClients(Integer.parseInt(server.address()), connections, exchange);
    }

    private Comparison pipeEcho(final int length, final int connections) {
        return new Comparison(clients(length, connections), List.of(
                Entrant.subject("iocp4j", java("pipe-echo.iocp4j", pipe("queued"), "queued", PACKETS)),
                Entrant.subject("iocp4j inline", java("pipe-echo.iocp4j", pipe("inline"), "inline", PACKETS)),
                Entrant.subject("PipeServerSocket", java("pipe-echo.sockets", pipe("sockets"))),
                Entrant.peer("ipcsocket", java("pipe-echo.ipcsocket", pipe("ipcsocket"))),
                Entrant.peer("JNA, blocking", java("pipe-echo.jna", pipe("jna"))),
                Entrant.peer("floor", platform.floor("pipe-echo", pipe("floor"), "queued")),
                Entrant.peer("floor inline", platform.floor("pipe-echo", pipe("floor-inline"), "inline")),
                Entrant.peer("floor, 1 thread",
                        platform.lonelyFloor("pipe-echo", pipe("lonely-floor"), "queued"))),
                pipeClients(connections, length));
    }

    private Load.Maker pipeClients(final int connections, final int length) {
        return server -> new ContestantProcess(platform.floor("pipe-clients", server.address(),
                String.valueOf(connections), String.valueOf(length)));
    }

    /** The notification mechanisms. */
    private Benchmark mechanisms() {
        return new Contest(MECHANISMS, "the same work with each notification mechanism", cached, List.of(
                mechanisms("reads, one at a time", true, way -> reads("1", "queued", "0", "0", way), itself()),
                mechanisms("reads, 32 in flight", false, way -> reads("32", "queued", "0", "0", way), itself()),
                mechanisms("pipe echo, 64 B, 1 client", true, this::echo, pipeClients(1, SHORT)),
                mechanisms("pipe echo, 64 B, 16 clients", true, this::echo, pipeClients(16, SHORT)),
                mechanisms("pipe echo, 64 B, 256 clients", true, this::echo, pipeClients(256, SHORT))))
                .remark(MECHANISMS_COMPARED);
    }

    private Comparison mechanisms(final String label, final boolean isOneAtATime,
            final Function<String, List<String>> command, final Load.Maker load) {
        final List<Entrant> entrants = new ArrayList<>(List.of(
                Entrant.peer("packets", command.apply(PACKETS)),
                Entrant.subject("iocp4j, APCs", command.apply("APC")),
                Entrant.subject("iocp4j, events", command.apply("EVENT"))));
        if (isOneAtATime) {
            entrants.add(Entrant.subject("iocp4j, signalled handles", command.apply("HANDLE")));
        }
        return new Comparison(label, entrants, load);
    }

    private List<String> echo(final String mechanism) {
        return java("pipe-echo.iocp4j", pipe(mechanism), "queued", mechanism);
    }

    private List<String> reads(final String inFlight, final String way, final String devices, final String workers) {
        return reads(inFlight, way, devices, workers, PACKETS);
    }

    private List<String> reads(final String inFlight, final String way, final String devices, final String workers,
            final String mechanism) {
        return java("file-reads.iocp4j", file, inFlight, way, devices, workers, mechanism);
    }

    private Benchmark backlog() {
        return new Contest("backlog", "256 queued packets, delivered together", nothing(), List.of(
                new Comparison(ONE_WORKER, List.of(
                        Entrant.subject("iocp4j", java("backlog.iocp4j", BACKLOG, "1"))), itself()),
                new Comparison("workers as they come", List.of(
                        Entrant.subject("iocp4j", java("backlog.iocp4j", BACKLOG, "0"))), itself())));
    }

    /** The maximum number of upcalls for each completion. */
    static double mostUpcalls(final String benchmark) {
        return benchmark.equals("backlog") ? 1.0 / 64 : 1;
    }

    private Benchmark devices() {
        final List<Entrant> posts = new ArrayList<>();
        final List<Entrant> reads = new ArrayList<>();
        final List<Entrant> floors = new ArrayList<>();
        for (final int count : DEVICES) {
            final String devices = String.valueOf(count);
            final String name = devices + " devices";
            posts.add(entrant(name, java("posted-packets.iocp4j", IN_FLIGHT, file, devices)));
            reads.add(entrant(name, reads("32", "queued", devices, "0")));
            floors.add(entrant(name, platform.floor("posted-packets", IN_FLIGHT, file, devices)));
        }
        return new Contest("devices", "the same work with more registered devices", cached, List.of(
                new Comparison("posted packets", posts, itself()),
                new Comparison("reads at depth 32", reads, itself()),
                new Comparison("posted packets, floor", floors, itself())));
    }

    private Benchmark openClose() {
        return new Contest("open-close", "a file opened, registered with a port, and closed", cached, List.of(
                new Comparison("one at a time", List.of(
                        Entrant.subject("iocp4j", java("open-close.iocp4j", file)),
                        Entrant.peer("AsynchronousFileChannel", java("open-close.jdk", file)),
                        Entrant.peer("floor", platform.floor("open-close", file))), itself())));
    }

    private Benchmark fileCopy() {
        final CachedFile large = new CachedFile(data.resolve("large.bin"), LARGE);
        final SmallFiles small = new SmallFiles(data.resolve("small"), SMALL_FILES);
        return new Contest("file-copy", "files copied, one large one and many small ones", () -> {
            large.prepare();
            small.prepare();
        }, List.of(
                copies("1 GiB", "file-copy", large.toString(), 1),
                copies("1 GiB, on all cores", "file-copy", large.toString(), 1, platform::onAllCores),
                copies("10,000 files of 1 to 16 KiB", "folder-copy", small.toString(), SMALL_FILES)));
    }

    private Comparison copies(final String label, final String way, final String from, final int files) {
        return copies(label, way, from, files, command -> command);
    }

    private Comparison copies(final String label, final String way, final String from, final int files,
            final UnaryOperator<List<String>> where) {
        final String to = data.resolve(COPIES).resolve("copy").toString();
        final String count = String.valueOf(files);
        return new Comparison(label, List.of(
                Entrant.subject("iocp4j", where.apply(java(way + ".iocp4j", from, to, count))),
                Entrant.peer("Files.copy", where.apply(java(way + ".jdk", from, to, count))),
                Entrant.peer("CopyFileEx", where.apply(platform.floor("file-copy", from, to, count)))), itself())
                .beforeTurn(data.emptied(COPIES)).longerRounds(LONGER_ROUNDS);
    }

    private static Contest.Preparation nothing() {
        return () -> { };
    }

    /** The contestant with the fewest devices is the peer of the others. */
    private static Entrant entrant(final String name, final List<String> command) {
        return name.equals(DEVICES.get(0) + " devices") ? Entrant.peer(name, command) : Entrant.subject(name, command);
    }

    private List<String> java(final String... arguments) {
        final List<String> command = platform.java(CONTESTANT);
        command.addAll(List.of(arguments));
        return command;
    }

    private static Load.Maker itself() {
        return contestant -> contestant;
    }

    private static String pipe(final String contestant) {
        return "iocp4j-bench-" + ProcessHandle.current().pid() + '-' + contestant;
    }

    private static String clients(final int length, final int connections) {
        return (length < 1024 ? length + " B, " : length / 1024 + " KiB, ") + clients(connections);
    }

    private static String clients(final int count) {
        return count + (count == 1 ? " client" : " clients");
    }
}
