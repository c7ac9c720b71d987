package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Measures the first port of a new JVM, in a process for each round. A rate is that of opening one after another. */
final class Start implements Benchmark {
    private static final String CONTESTANTS = "io.github.iocp4j.bench.contestants.";
    private static final double NANOSECONDS = 1e9;

    private final Platform platform;
    private final CachedFile file;
    private final DataFolder data;

    Start(final Platform platform, final DataFolder data, final CachedFile file) {
        this.platform = platform;
        this.data = data;
        this.file = file;
    }

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String title() {
        return "the first port of a new JVM, or the first asynchronous file of the JDK";
    }

    @Override
    public void run(final Schedule schedule, final Findings findings) throws IOException, InterruptedException {
        file.prepare();
        final Path extracted = data.resolve("extracted");
        final Outcome warm = new Outcome("iocp4j", true);
        final Outcome cold = new Outcome("iocp4j, DLL not extracted yet", true);
        final Outcome other = new Outcome("AsynchronousFileChannel", false);
        opened(port(extracted));
        ComparisonResult result;
        int round = 0;
        do {
            warm.add(opened(port(extracted)), null);
            other.add(opened(platform.java(CONTESTANTS + "FirstChannel", file.toString())), null);
            cold.add(opened(port(data.resolve("extracted-" + round))), null);
            round++;
            result = new ComparisonResult("opened", List.of(warm, cold, other));
        } while (round < schedule.rounds() || round < schedule.mostRounds() && !result.isResolved());
        findings.add(result);
    }

    private List<String> port(final Path extracted) throws IOException {
        Files.createDirectories(extracted);
        return platform.java("-Diocp4j.extract.path=" + extracted, CONTESTANTS + "FirstPort");
    }

    /** The time that the program prints. */
    private Run opened(final List<String> command) throws IOException, InterruptedException {
        final Path errors = platform.target().resolve("start.log");
        final Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        process.getOutputStream().close();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        if (process.waitFor() != 0) {
            throw new IOException("A port cannot be opened; what the program said is in " + errors);
        }
        return new Run(1, Long.parseLong(said) / NANOSECONDS);
    }
}
