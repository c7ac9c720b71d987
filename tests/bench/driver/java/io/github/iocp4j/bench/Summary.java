package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The tables of README: the most important ratios of a report, and the latencies. */
final class Summary {
    static final String FILE = "summary.md";

    private static final String BEGIN = "<!-- Begin of report/" + FILE + ", which ./dev bench writes -->\n";
    private static final String END = "<!-- End of report/" + FILE + " -->\n";
    private static final String OURS = "iocp4j";
    private static final String INLINE = "iocp4j inline";
    private static final String FLOOR = "floor";
    private static final String JDK = "AsynchronousSocketChannel";
    private static final String NETTY = "Netty NIO";
    private static final String JNA = "JNA, blocking";
    private static final String SOCKETS = "PipeServerSocket";
    private static final List<String> TCP = List.of("64 B, 1 client", "64 B, 16 clients", "64 B, 256 clients",
            "64 B, 1000 clients");
    private static final List<String> PIPES = TCP.subList(0, 3);
    private static final List<String> CLIENTS = List.of("1 client", "16 clients", "256 clients", "1000 clients");
    private static final List<String> DEPTHS = List.of("depth 1", "depth 8", "depth 32", "depth 128");
    private static final List<String> LOGS = List.of("1 client", "4 clients", "16 clients", "64 clients");
    private static final List<String> COPIES = List.of("1 GiB", "1 GiB, on all cores", "10,000 files of 1 to 16 KiB");
    private static final List<String> ONE = List.of("one at a time");
    private static final List<String> OPENED = List.of("opened");
    private static final String THE_SAME = "the same";
    private static final String THE_SAME_INLINE = "the same, inline";

    private final Report report;

    Summary(final Report report) {
        this.report = report;
    }

    /** Writes the tables into a file of their own. */
    void write(final Path folder) throws IOException {
        Files.writeString(folder.resolve(FILE), "# The most important figures\n\n" + tables());
    }

    /** Replaces the tables in a document. */
    void replaceIn(final Path document) throws IOException {
        final String text = Files.readString(document);
        final int begin = text.indexOf(BEGIN);
        final int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(document + " has no place for the tables, between " + BEGIN + END);
        }
        Files.writeString(document, text.substring(0, begin + BEGIN.length()) + tables() + text.substring(end));
    }

    private String tables() {
        final StringBuilder out = new StringBuilder();
        out.append("| instead of | doing what | iocp4j ÷ it |\n| --- | --- | ---: |\n");
        row(out, "`AsynchronousSocketChannel`", "TCP echo, 64 B, 1 / 16 / 256 / 1,000 clients", tcp(OURS, JDK));
        row(out, "", THE_SAME_INLINE, tcp(INLINE, JDK));
        row(out, "", "the same through `CompletionPortChannelProvider` of iocp4j-nio, in each provider's default group",
                providers(""));
        row(out, "", "the same in a group with as many threads as processors", providers(", fixed group"));
        row(out, "Netty, NIO", THE_SAME, tcp(OURS, NETTY));
        row(out, "", THE_SAME_INLINE, tcp(INLINE, NETTY));
        row(out, "", "the same, Netty's own server on `iocp4j-netty`", netty("echo, ", TCP));
        row(out, "", "Netty's HTTP server on it, the same clients", netty("HTTP, ", CLIENTS));
        row(out, "", "a gRPC server on it, the same clients", netty("gRPC, ", CLIENTS));
        row(out, "`AsynchronousFileChannel`", "cached reads of 4 KiB, 1 / 8 / 32 / 128 in flight",
                ratios("file-reads", DEPTHS, OURS, "AsynchronousFileChannel"));
        row(out, "", "the same through `FileChannels` of iocp4j-nio",
                ratios("file-channels", DEPTHS, "FileChannels", "AsynchronousFileChannel"));
        row(out, "", "a file opened and closed", ratios("open-close", ONE, OURS, "AsynchronousFileChannel"));
        row(out, "", "the first one opened in a new JVM; before the DLL has been extracted",
                ratios("start", OPENED, OURS, "AsynchronousFileChannel") + "; "
                        + ratios("start", OPENED, "iocp4j, DLL not extracted yet", "AsynchronousFileChannel"));
        row(out, "JNA", "pipe echo, 64 B, a blocking thread for each of 1 / 16 / 256 clients", pipes(OURS, JNA));
        row(out, "", THE_SAME_INLINE, pipes(INLINE, JNA));
        row(out, "", "the same through `PipeServerSocket` of iocp4j-nio", pipes(SOCKETS, JNA));
        row(out, "`Files.copy`", "1 GiB on one core / on all cores / 10,000 small files",
                ratios("file-copy", COPIES, OURS, "Files.copy"));
        row(out, "`CopyFileEx`", THE_SAME, ratios("file-copy", COPIES, OURS, "CopyFileEx"));
        row(out, "the same Win32 calls in C++", "TCP echo as above", tcp(OURS, FLOOR));
        row(out, "", "pipe echo as above", pipes(OURS, FLOOR));
        row(out, "", "reads as above", ratios("file-reads", DEPTHS, OURS, FLOOR));
        row(out, "", "a file opened and closed", ratios("open-close", ONE, OURS, FLOOR));
        row(out, "", "posted packets", ratios("posted-packets", List.of("64 in flight"), OURS, FLOOR));
        row(out, "a log daemon in C++", "`syelogd`, 1 / 4 / 16 / 64 clients", ratios("syelogd", LOGS, OURS, FLOOR));
        out.append("\nRound trips in microseconds, median / 99th percentile. Each client sends again when it has the "
                + "answer:\n\n");
        final List<String> servers = List.of(OURS, INLINE, JDK, NETTY, FLOOR);
        head(out, servers);
        TCP.forEach(label -> roundTrips(out, "TCP, ", "tcp-echo", label, servers));
        out.append('\n');
        final List<String> pipeServers = List.of(OURS, INLINE, SOCKETS, JNA, FLOOR);
        head(out, pipeServers);
        PIPES.forEach(label -> roundTrips(out, "pipe, ", "pipe-echo", label, pipeServers));
        out.append("\nHow long a client of the log daemon waits for a write:\n\n");
        final List<String> daemons = List.of(OURS, FLOOR);
        head(out, daemons);
        LOGS.forEach(label -> roundTrips(out, "log, ", "syelogd", label, daemons));
        out.append("\nThe same at a given load, half of what the slowest of them can do:\n\n");
        head(out, servers);
        PIPES.subList(1, 3).forEach(label -> roundTrips(out, "TCP, ", "tcp-latency", label, servers));
        out.append('\n');
        head(out, pipeServers);
        PIPES.subList(1, 3).forEach(label -> roundTrips(out, "pipe, ", "pipe-latency", label, pipeServers));
        out.append('\n');
        head(out, daemons);
        LOGS.forEach(label -> roundTrips(out, "log, ", "syelogd-latency", label, daemons));
        return out.toString();
    }

    private String tcp(final String ours, final String other) {
        return ratios("tcp-echo", TCP, ours, other);
    }

    private String providers(final String group) {
        return ratios("tcp-channels", TCP.stream().map(label -> label + group).collect(Collectors.toList()),
                "CompletionPortChannelProvider", "the JDK's provider");
    }

    private String netty(final String server, final List<String> labels) {
        return ratios("netty", labels.stream().map(server::concat).collect(Collectors.toList()),
                "Netty on iocp4j-netty", NETTY);
    }

    private String pipes(final String ours, final String other) {
        return ratios("pipe-echo", PIPES, ours, other);
    }

    private String ratios(final String benchmark, final List<String> labels, final String ours, final String other) {
        return labels.stream().map(label -> comparison(benchmark, label).flatMap(found -> found.ratio(ours, other))
                .map(Ratio::shortly).orElse("not run")).collect(Collectors.joining(" / "));
    }

    private void roundTrips(final StringBuilder out, final String what, final String benchmark, final String label,
            final List<String> names) {
        out.append("| ").append(what).append(label).append(" |");
        for (final String name : names) {
            out.append(' ').append(comparison(benchmark, label).stream()
                    .flatMap(found -> found.contestants().stream()).filter(outcome -> outcome.name().equals(name))
                    .map(Summary::roundTrip).findFirst().orElse("not run")).append(" |");
        }
        out.append('\n');
    }

    private static String roundTrip(final Outcome outcome) {
        final Latency latency = outcome.latency();
        final Double median = latency == null ? outcome.roundTripMedian() : Double.valueOf(latency.p50());
        final Double slow = latency == null ? outcome.roundTrip99() : Double.valueOf(latency.p99());
        return median == null ? "not run" : String.format(Locale.ROOT, "%,.0f / %,.0f", median, slow);
    }

    private Optional<ComparisonResult> comparison(final String benchmark, final String label) {
        return report.benchmarks().stream().filter(found -> found.name().equals(benchmark))
                .flatMap(found -> found.comparisons().stream()).filter(found -> found.label().equals(label))
                .findFirst();
    }

    private static void row(final StringBuilder out, final String other, final String what, final String figures) {
        out.append("| ").append(other).append(other.isEmpty() ? "| " : " | ").append(what).append(" | ")
                .append(figures).append(" |\n");
    }

    private static void head(final StringBuilder out, final List<String> names) {
        out.append("| |");
        names.forEach(name -> out.append(' ').append(name).append(" |"));
        out.append("\n| --- |").append(" ---: |".repeat(names.size())).append('\n');
    }
}
