package io.github.iocp4j.bench;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Runs a contestant with JMH in the Windows JVM, and uses the results of JMH. There are no turns. */
final class MicroBenchmark implements Benchmark {
    private static final double NANOSECONDS = 1e9;

    private final String name;
    private final String title;
    private final String subject;
    private final Platform platform;

    /**
     * Describes one.
     *
     * @param name its name
     * @param title what is measured
     * @param subject the class with the methods that JMH is to call
     * @param platform starts the program
     */
    MicroBenchmark(final String name, final String title, final String subject, final Platform platform) {
        this.name = name;
        this.title = title;
        this.subject = subject;
        this.platform = platform;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public void run(final Schedule schedule, final Findings findings)
            throws IOException, InterruptedException {
        final Path found = platform.target().resolve(name + ".json");
        Files.deleteIfExists(found);
        final Process process = new ProcessBuilder(platform.java(
                "-Diocp4j.library.path=" + platform.programs().resolve("synthetic.dll"),
                "-Djmh.ignoreLock=true", "org.openjdk.jmh.Main",
                subject, "-foe", "true", "-f", "1", "-wi", "2", "-w", seconds(schedule.warmUpMillis() / 2),
                "-i", String.valueOf(schedule.rounds()), "-r", seconds(schedule.roundMillis()),
                "-rf", "json", "-rff", found.toString()))
                .redirectErrorStream(true).redirectOutput(platform.target().resolve(name + ".log").toFile()).start();
        process.getOutputStream().close();
        if (process.waitFor() != 0 || !Files.exists(found)) {
            throw new IOException("JMH has failed; what it said is in " + platform.target().resolve(name + ".log"));
        }
        final Map<String, List<Outcome>> byLabel = new LinkedHashMap<>();
        try (Reader in = Files.newBufferedReader(found)) {
            for (final Trial trial : new Gson().fromJson(in, Trial[].class)) {
                byLabel.computeIfAbsent(trial.label(), label -> new ArrayList<>()).add(trial.outcome());
            }
        }
        byLabel.forEach((label, outcomes) -> findings.add(new ComparisonResult(label, outcomes)));
    }

    private static String seconds(final long milliseconds) {
        return String.format(Locale.ROOT, "%dms", milliseconds);
    }

    /** The name that JMH writes. */
    private static final class Trial {
        private String benchmark;
        private Map<String, String> params;
        private Metric primaryMetric;

        /** The parameters, if there are any. */
        String label() {
            return params == null ? "each" : params.entrySet().stream()
                    .map(param -> param.getKey() + " " + param.getValue()).collect(Collectors.joining(", "));
        }

        Outcome outcome() {
            final String name = benchmark.substring(benchmark.lastIndexOf('.') + 1);
            return new Outcome(name, name.equals("iocp4j"), Arrays.stream(primaryMetric.rawData[0])
                    .map(nanoseconds -> NANOSECONDS / nanoseconds).toArray());
        }
    }

    private static final class Metric {
        private double[][] rawData;
    }
}
