package io.github.iocp4j.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line of {@code ./dev bench}. Runs in this system's own JVM and starts the contestants in others. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Compares iocp4j with what a user would pick instead.",
        description = {
            "Each contestant is a Windows process; they do the same in turns, several times. The floor makes the same"
                + " Win32 calls as iocp4j, in C++ and without Java. What counts is the ratio of two contestants in the"
                + " same round; the table shows their median. Absolute figures under Wine mean little.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:failed, or --check has found something", "2:wrong usage"})
public final class Bench implements Callable<Integer> {
    /** The exit code of {@code --usage-only} when there is something to measure. */
    private static final int WOULD_MEASURE = 3;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "Which benchmarks, in this order; all unless given.")
    private List<String> names = List.of();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "12",
            description = "How often each contestant works, at least. Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(names = "--most-rounds", paramLabel = "N", defaultValue = "60",
            description = "How often at most, while the interval of a ratio is wider than 5 %%. Default:"
                + " ${DEFAULT-VALUE}, or --rounds if that is more")
    private int mostRounds;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "0.2",
            description = "How long each time. Many short rounds resolve more than a few long ones. Default:"
                + " ${DEFAULT-VALUE}")
    private double seconds;

    @Option(names = "--warm-up", paramLabel = "S", defaultValue = "3",
            description = "How long before it counts. Default: ${DEFAULT-VALUE}")
    private double warmUp;

    @Option(names = "--report", paramLabel = "DIR",
            description = "Where report.json, report.md and its pictures go. Default: tests/bench/target/report. In"
                + " tests/bench/report it is the one that is committed, and README beside it gets its tables.")
    private Path folder;

    @Option(names = "--check",
            description = "Compare with the report that is committed in tests/bench/report, and fail when a ratio has"
                + " fallen below 0.7 of what it was, or when iocp4j allocates, makes too many upcalls or takes more"
                + " memory than it may.")
    private boolean check;

    @Option(names = "--list", description = "Print the names of the benchmarks and leave.")
    private boolean list;

    @Option(names = "--render",
            description = "Write report.md, its pictures and README's tables again, from report.json, and leave.")
    private boolean render;

    @Option(names = "--usage-only", hidden = true,
            description = "Answer what needs no benchmark, and exit with 3 where benchmarks would run.")
    private boolean usageOnly;

    @Option(names = "--root", hidden = true, required = true)
    private Path root;

    private Bench() {
    }

    /**
     * Runs the benchmarks that the arguments name.
     *
     * @param args see {@code --help}
     */
    public static void main(final String[] args) {
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds < 1 || mostRounds < 1 || seconds <= 0 || warmUp <= 0) {
            System.err.println("bench: --rounds, --most-rounds, --seconds and --warm-up must be positive");
            return ExitCode.USAGE;
        }
        final Pinning nowhere = Pinning.none("nothing is run");
        final List<String> known = suite(nowhere).benchmarks().stream().map(Benchmark::name)
                .collect(Collectors.toList());
        if (list) {
            known.forEach(out::println);
            return ExitCode.OK;
        }
        for (final String name : names) {
            if (!known.contains(name)) {
                System.err.println("bench: no benchmark has the name " + name + "; there are:");
                known.forEach(other -> System.err.println("  " + other));
                return ExitCode.USAGE;
            }
        }
        if (render) {
            final Path committed = suite(nowhere).platform().committed();
            final Path target = folder != null ? folder : committed;
            render(Report.read(target), target, committed);
            return ExitCode.OK;
        }
        return usageOnly ? Integer.valueOf(WOULD_MEASURE) : measure(names.isEmpty() ? known : names);
    }

    private int measure(final List<String> chosen) throws IOException, InterruptedException {
        final Schedule schedule = new Schedule(rounds, Math.max(rounds, mostRounds),
                (long) (seconds * 1000), (long) (warmUp * 1000));
        // Before this process is pinned to one core.
        final int processors = Runtime.getRuntime().availableProcessors();
        final Pinning pinning = Pinning.arrange();
        final Suite suite = suite(pinning);
        suite.data().keepUntilExit();
        final Report report = new Report(Environment.describe(processors, suite.platform(), pinning,
                PageReporting.stopUntilExit(), schedule));
        final TextReport text = new TextReport(out);
        text.begin(report.environment());
        final List<Benchmark> benchmarks = new ArrayList<>();
        for (final String name : chosen) {
            suite.benchmarks().stream().filter(benchmark -> benchmark.name().equals(name)).forEach(benchmarks::add);
        }
        final Path unfinished = Files.createDirectories(suite.platform().target().resolve("unfinished"));
        for (final Benchmark benchmark : benchmarks) {
            final BenchmarkResult result = new BenchmarkResult(benchmark);
            report.add(result);
            text.begin(benchmark);
            try {
                benchmark.run(schedule, result.and(text));
            } catch (final IOException failed) {
                result.fail(failed.getMessage());
                text.notRun(failed.getMessage());
            }
            // All of them take more than an hour: --render shows what an interrupted run has found.
            report.write(unfinished);
        }
        final Path target = folder != null ? folder : suite.platform().target().resolve("report");
        report.write(Files.createDirectories(target));
        render(report, target, suite.platform().committed());
        out.println();
        out.println("The report is in " + target.resolve("report.md"));
        return check ? compare(report, suite.platform().committed()) : ExitCode.OK;
    }

    /** Writes what people read, and README's tables if the report is the one that is committed. */
    private static void render(final Report report, final Path target, final Path committed) throws IOException {
        new MarkdownReport(target).write(report);
        final Summary summary = new Summary(report);
        summary.write(target);
        if (Files.exists(committed) && Files.isSameFile(target, committed)) {
            summary.replaceIn(committed.resolveSibling("README.md"));
        }
    }

    private int compare(final Report report, final Path committed) throws IOException {
        if (!Files.exists(committed.resolve(Report.FILE))) {
            System.err.println("bench: nothing to compare with: there is no " + committed.resolve(Report.FILE));
            return ExitCode.SOFTWARE;
        }
        final List<String> complaints = new Check(Report.read(committed)).complaints(report);
        complaints.forEach(complaint -> out.println("worse: " + complaint));
        out.println(complaints.isEmpty() ? "check: nothing has become worse" : "check: FAILED");
        return complaints.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Suite suite(final Pinning pinning) {
        return new Suite(new Platform(root, pinning));
    }
}
