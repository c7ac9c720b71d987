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

/** Runs DeliveryBenchmark with JMH in the Windows JVM, and takes over what it finds. JMH does not take turns. */
final class Delivery implements Benchmark {
    private static final double NANOSECONDS = 1e9;

    private final Platform platform;

    Delivery(final Platform platform) {
        this.platform = platform;
    }

    @Override
    public String name() {
        return "delivery";
    }

    @Override
    public String title() {
        return "completions delivered to Java without a kernel";
    }

    @Override
    public void run(final Schedule schedule, final Findings findings)
            throws IOException, InterruptedException {
        final Path found = platform.target().resolve("delivery.json");
        Files.deleteIfExists(found);
        final Process process = new ProcessBuilder(platform.java(
                "-Djava.library.path=" + platform.programs(), "-Djmh.ignoreLock=true", "org.openjdk.jmh.Main",
                "DeliveryBenchmark", "-foe", "true", "-f", "1", "-wi", "2", "-w", seconds(schedule.warmUpMillis() / 2),
                "-i", String.valueOf(schedule.rounds()), "-r", seconds(schedule.roundMillis()),
                "-rf", "json", "-rff", found.toString()))
                .redirectErrorStream(true).redirectOutput(platform.target().resolve("delivery.log").toFile()).start();
        process.getOutputStream().close();
        if (process.waitFor() != 0 || !Files.exists(found)) {
            throw new IOException("JMH has failed; what it said is in " + platform.target().resolve("delivery.log"));
        }
        final Map<String, List<Outcome>> byBatch = new LinkedHashMap<>();
        try (Reader in = Files.newBufferedReader(found)) {
            for (final Trial trial : new Gson().fromJson(in, Trial[].class)) {
                byBatch.computeIfAbsent(trial.params.get("batch"), batch -> new ArrayList<>()).add(trial.outcome());
            }
        }
        byBatch.forEach((batch, outcomes) -> findings.add(new ComparisonResult("batch " + batch, outcomes)));
    }

    private static String seconds(final long milliseconds) {
        return String.format(Locale.ROOT, "%dms", milliseconds);
    }

    /** As JMH writes it. */
    private static final class Trial {
        private String benchmark;
        private Map<String, String> params;
        private Metric primaryMetric;

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
