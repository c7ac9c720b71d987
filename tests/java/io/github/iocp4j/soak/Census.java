package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.fixtures.Launch;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The resources of this process while it is idle. */
final class Census {
    /**
     * How much of each may be more at the end, other than memory. Nothing of ours; but HotSpot keeps five events for
     * every thread of the highest number that there has been at a time, and a moment with three threads more than ever
     * in the first round may come later. The process's thread pool, which waits for events, keeps threads for seconds
     * after they are needed. What leaks does so by the hundred.
     */
    private static final Map<String, Long> ALLOWED = Map.of("handles", 48L, "threads", 8L, "heap bytes", 1L << 20);

    private final Map<String, Long> figures = new LinkedHashMap<>();

    private Census() {
    }

    /** Prints both, and returns whether this census exceeds the other one by no more than is allowed. */
    boolean compareWith(final Census before, final int memoryMib, final PrintStream out) {
        boolean same = true;
        out.printf(Locale.ROOT, "%-22s %15s %15s %15s%n", "", "before", "after", "allowed more");
        for (final Map.Entry<String, Long> entry : before.figures.entrySet()) {
            final String name = entry.getKey();
            final long then = entry.getValue();
            final long now = figures.get(name);
            final long allowed = "private bytes".equals(name) ? (long) memoryMib << 20 : ALLOWED.getOrDefault(name, 0L);
            final boolean fine = now - then <= allowed;
            same &= fine;
            out.printf(Locale.ROOT, "%-22s %,15d %,15d %,15d%s%n", name, then, now, allowed,
                    fine ? "" : "  LEFT BEHIND");
        }
        return same;
    }

    /** Takes censuses of this process. */
    static final class Taker {
        private static final int COLLECTIONS = 4;

        private final Path program;
        private final CompletionPort port;

        Taker(final Path programs, final CompletionPort port) {
            this.program = programs.resolve("process_census.exe");
            this.port = port;
        }

        Census take() throws IOException, InterruptedException {
            // The garbage collector frees direct buffers and process objects later, on another thread.
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
                TimeUnit.MILLISECONDS.sleep(500);
            }
            final Census census = new Census();
            final Process process = Launch.of(new ProcessBuilder(
                    program.toString(), Long.toString(ProcessHandle.current().pid())).redirectErrorStream(true));
            process.getOutputStream().close();
            final String output;
            try (InputStream stream = process.getInputStream()) {
                output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            }
            if (process.waitFor() != 0) {
                throw new IOException("process_census failed: " + output);
            }
            output.lines().map(line -> line.split(": "))
                    .forEach(pair -> census.figures.put(pair[0], Long.valueOf(pair[1].trim())));
            for (final BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
                if ("direct".equals(pool.getName())) {
                    census.figures.put("direct buffers", pool.getCount());
                }
            }
            census.figures.put("heap bytes", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            final PortSnapshot now = port.snapshot();
            census.figures.put("devices", (long) now.devices().size());
            census.figures.put("slots in use", (long) now.operationsInFlight());
            census.figures.put("accepted - completed", now.operationsAccepted() - now.operationsCompleted());
            return census;
        }
    }
}
