package io.github.iocp4j.netty;

import static java.util.stream.Collectors.toList;

import io.github.iocp4j.fixtures.Wine;
import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** How Netty's test classes have ended, as a document. */
final class NettyTable {
    /** {@code ./dev test --deep --record} puts it beside the table of runs. */
    private static final Path FILE = Path.of("target", "netty-suite.md");
    private static final Path SOURCES = Path.of("..", "java", "iocp4j-netty", "src", "main", "java");

    private final List<Ends> columns;
    private final Map<Class<?>, List<NettyRun>> rows = new LinkedHashMap<>();

    NettyTable(final List<Ends> columns) {
        this.columns = columns;
    }

    /** Adds the run of the class that belongs to the next column. */
    void add(final Class<?> tests, final NettyRun run) {
        rows.computeIfAbsent(tests, row -> new ArrayList<>()).add(run);
    }

    /** Writes what has run, if anything has. */
    void write(final List<NettyExclusion> failing, final List<NettyExclusion> once) throws IOException {
        if (rows.isEmpty()) {
            return;
        }
        final StringBuilder text = new StringBuilder("# Netty's own tests on iocp4j-netty\n\n"
                + "Written by `./dev test --deep --record`: the test classes of `io.netty:netty-testsuite` ")
                .append(Version.identify().get("netty-transport").artifactVersion())
                .append(" with each pair of\ntransports (server × client), in JVM ")
                .append(System.getProperty("java.version")).append(" on ").append(Wine.isPresent() ? "Wine" : "Windows")
                .append(". Each cell is passed/run. A test runs once for each allocator.\nTests that Netty skips on"
                        + " Windows have not run. A class with a failure runs again, up to ")
                .append(NettyRun.ATTEMPTS).append(" times in all: the last run\ncounts, and `+n` tells how many of its"
                        + " passed tests had failed before. ").append(size()).append(".\n\n| class |");
        columns.forEach(ends -> text.append(' ').append(ends).append(" |"));
        text.append("\n| --- |").append(" ---: |".repeat(columns.size())).append('\n');
        rows.forEach((tests, runs) -> {
            text.append("| ").append(tests.getSuperclass().getSimpleName()).append(" |");
            runs.forEach(run -> cell(List.of(run), text));
            text.append('\n');
        });
        text.append("| all |");
        for (int i = 0; i < columns.size(); i++) {
            final int column = i;
            cell(rows.values().stream().map(runs -> runs.get(column)).collect(toList()), text);
        }
        text.append('\n');
        text.append("\nNot run with these pairs, because they fail with NIO at both ends, too:\n");
        list(failing, text);
        text.append("\nNot run with these pairs, because they pass once in a JVM with any transport:\n");
        list(once, text);
        Files.writeString(FILE, text);
    }

    private static void cell(final List<NettyRun> runs, final StringBuilder text) {
        final int late = runs.stream().mapToInt(NettyRun::passedLate).sum();
        text.append(' ').append(runs.stream().mapToInt(NettyRun::passed).sum())
                .append('/').append(runs.stream().mapToInt(NettyRun::run).sum())
                .append(late == 0 ? "" : " +" + late).append(" |");
    }

    private static void list(final List<NettyExclusion> excluded, final StringBuilder text) {
        excluded.forEach(exclusion -> text.append("\n- ").append(exclusion));
        text.append('\n');
    }

    private static String size() throws IOException {
        try (Stream<Path> paths = Files.walk(SOURCES)) {
            final List<Path> files = paths.filter(path -> path.toString().endsWith(".java")).collect(toList());
            long lines = 0;
            for (final Path file : files) {
                lines += Files.readAllLines(file).size();
            }
            return "The module has " + lines + " lines of Java in " + files.size() + " files";
        }
    }
}
