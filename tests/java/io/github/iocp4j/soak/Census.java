package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What this process has, when nobody does anything. */
final class Census {
    /** How much of each may be more at the end: what the JVM makes for itself in the meantime. */
    private static final Map<String, Long> ALLOWED = Map.of(
            "handles", 8L, "threads", 2L, "private bytes", 16L << 20, "devices", 0L, "operations in flight", 0L,
            "accepted - completed", 0L);

    private final Map<String, Long> figures = new TreeMap<>();

    private Census() {
    }

    /** Prints both, and answers whether the second has nothing more than the first but what is allowed. */
    static boolean compare(final Census before, final Census after, final PrintStream out) {
        boolean same = true;
        out.printf(Locale.ROOT, "%-22s %15s %15s %15s%n", "", "before", "after", "allowed more");
        for (final Map.Entry<String, Long> entry : before.figures.entrySet()) {
            final long then = entry.getValue();
            final long now = after.figures.get(entry.getKey());
            final long allowed = ALLOWED.get(entry.getKey());
            final boolean fine = now - then <= allowed;
            same &= fine;
            out.printf(Locale.ROOT, "%-22s %,15d %,15d %,15d%s%n", entry.getKey(), then, now, allowed,
                    fine ? "" : "  LEFT BEHIND");
        }
        return same;
    }

    /** Takes censuses of this process. */
    static final class Taker {
        private final Path program;
        private final CompletionPort port;

        Taker(final Path programs, final CompletionPort port) {
            this.program = programs.resolve("process_census.exe");
            this.port = port;
        }

        Census take() throws IOException, InterruptedException {
            // Direct buffers and process objects are freed by the collector, some time later and by another thread.
            for (int i = 0; i < 3; i++) {
                System.gc();
                TimeUnit.MILLISECONDS.sleep(500);
            }
            final Census census = new Census();
            final Process process = new ProcessBuilder(
                    program.toString(), Long.toString(ProcessHandle.current().pid())).start();
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("process_census failed: " + output);
            }
            output.lines().map(line -> line.split(": "))
                    .forEach(pair -> census.figures.put(pair[0], Long.valueOf(pair[1].trim())));
            final PortSnapshot now = port.snapshot();
            census.figures.put("devices", (long) now.devices().size());
            census.figures.put("operations in flight", (long) now.operationsInFlight());
            census.figures.put("accepted - completed", now.operationsAccepted() - now.operationsCompleted());
            return census;
        }
    }
}
