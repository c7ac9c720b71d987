package io.github.iocp4j.netty;

import io.github.iocp4j.fixtures.Wine;
import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How Netty's test classes have ended, as a document. */
final class NettyTable {
    /** {@code ./dev test --deep --record} puts it beside the table of runs. */
    private static final Path FILE = Path.of("target", "netty-suite.md");

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
    void write(final Map<Class<?>, Map<String, String>> failing, final Map<Class<?>, Map<String, String>> once)
            throws IOException {
        if (rows.isEmpty()) {
            return;
        }
        final StringBuilder text = new StringBuilder("# Netty's own tests on iocp4j-netty\n\n"
                + "Written by `./dev test --deep --record`: the test classes of `io.netty:netty-testsuite` ")
                .append(Version.identify().get("netty-transport").artifactVersion())
                .append(" with each pair of\ntransports (server × client), in JVM ")
                .append(System.getProperty("java.version")).append(" on ").append(Wine.isPresent() ? "Wine" : "Windows")
                .append(". Each cell is passed/run. A test runs once for each allocator.\nTests that Netty skips on"
                        + " Windows have not run.\n\n| class |");
        columns.forEach(ends -> text.append(' ').append(ends).append(" |"));
        text.append("\n| --- |").append(" ---: |".repeat(columns.size())).append('\n');
        rows.forEach((tests, runs) -> {
            text.append("| ").append(tests.getSuperclass().getSimpleName()).append(" |");
            runs.forEach(run -> text.append(' ').append(run.passed()).append('/').append(run.run()).append(" |"));
            text.append('\n');
        });
        text.append("| all |");
        for (int i = 0; i < columns.size(); i++) {
            final int column = i;
            text.append(' ').append(rows.values().stream().mapToInt(runs -> runs.get(column).passed()).sum())
                    .append('/').append(rows.values().stream().mapToInt(runs -> runs.get(column).run()).sum())
                    .append(" |");
        }
        text.append('\n');
        text.append("\nNot run with this transport, because they fail with NIO, too:\n");
        list(failing, text);
        text.append("\nRun with one pair only, because they pass once in a JVM with any transport:\n");
        list(once, text);
        Files.writeString(FILE, text);
    }

    private static void list(final Map<Class<?>, Map<String, String>> excluded, final StringBuilder text) {
        excluded.forEach((tests, methods) -> new TreeMap<>(methods).forEach((method, reason) -> text.append("\n- `")
                .append(tests.getSuperclass().getSimpleName()).append('.').append(method).append("`:\n  ")
                .append(reason).append('.')));
        text.append('\n');
    }
}
