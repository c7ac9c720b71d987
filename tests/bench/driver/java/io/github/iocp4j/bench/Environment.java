package io.github.iocp4j.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The environment of a run. */
final class Environment {
    private Environment() {
    }

    /** In the order for the reader. */
    static Map<String, String> describe(final int processors, final Platform platform, final Pinning pinning,
            final PageReporting reporting, final Schedule schedule) {
        final Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", LocalDate.now().toString());
        facts.put("processor", processor() + ", " + processors + " to be used");
        facts.put("system", System.getProperty("os.name") + ' ' + System.getProperty("os.version"));
        if (!Platform.IS_WINDOWS) {
            facts.put("Wine", line("wine-", "wine", "--version"));
        }
        facts.put("JVM of the contestants", line("OpenJDK ", platform.java("-version").toArray(new String[0])));
        facts.put("JVM of the TCP clients", System.getProperty("java.vm.name") + ' ' + Runtime.version());
        facts.put("pinning", pinning.toString());
        if (!reporting.toString().isEmpty()) {
            facts.put("free pages", reporting.toString());
        }
        // This process adds 1 to the load; the rest is the load of other processes.
        facts.put("load before", load());
        facts.put("schedule", schedule.toString());
        return facts;
    }

    private static String load() {
        final double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return load < 0 ? "unknown" : String.format(Locale.ROOT, "%.1f", load);
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
                    .findFirst().map(line -> line.substring(line.indexOf(':') + 2)).orElse("unknown");
        } catch (final IOException noSuchFile) {
            return System.getenv().getOrDefault("PROCESSOR_IDENTIFIER", "unknown");
        }
    }

    /** The first line with that beginning; other lines may come before it. */
    private static String line(final String beginning, final String... command) {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith(beginning)).findFirst().orElse("unknown");
        } catch (final IOException failed) {
            return "unknown: " + failed.getMessage();
        }
    }
}
