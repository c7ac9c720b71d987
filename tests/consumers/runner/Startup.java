import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What it costs to begin, in new JVMs: until a port is open, and from there to its first completion. Nobody is to
 * rely on the figures, but on their ratio.
 */
final class Startup {
    private static final int ROUNDS = 5;

    private Startup() {}

    static Outcome measure(final Projects projects, final Jvm jvm) throws Exception {
        final Path copies = projects.target.resolve("copies");
        final String jar = projects.jar("startup").toString();
        final String classPath = jar + Projects.SEPARATOR + projects.build("startup").resolve("lib") + "/*";
        final Map<String, List<long[]>> times = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Projects.delete(copies);
            for (final String way : List.of("iocp4j", "iocp4j again", "jdk", "jna")) {
                final Outcome outcome = jvm.run(projects.target, "-Diocp4j.extract.path=" + copies, "-cp", classPath,
                        "com.example.startup.Startup", way.split(" ")[0], jar).succeeds();
                if (!outcome.good) {
                    return outcome;
                }
                times.computeIfAbsent(way, any -> new ArrayList<>())
                        .add(Stream.of(outcome.text.split(" ")).mapToLong(Long::parseLong).toArray());
            }
        }
        final double jdk = median(times.get("jdk"), Startup::untilDone);
        times.forEach((way, taken) -> System.out.printf("Figures: startup, %s: ready after %.1f ms, first thing done"
                        + " %.1f ms later, in all %.2f of what the JDK's asynchronous file takes%n",
                way, median(taken, time -> time[0]) / 1e6, median(taken, time -> time[1] - time[0]) / 1e6,
                median(taken, Startup::untilDone) / jdk));
        return new Outcome(true, ROUNDS + " new JVMs for each figure");
    }

    private static long untilDone(final long[] time) {
        return time[1];
    }

    private static double median(final List<long[]> times, final ToLongFunction<long[]> figure) {
        return times.stream().mapToLong(figure).sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }
}
