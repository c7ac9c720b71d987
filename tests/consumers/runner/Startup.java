import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * Measures in new JVMs the time until a port is open, and from there to its first completion. The ratio to the JDK
 * counts, not the absolute figures.
 */
final class Startup {
    private static final int ROUNDS = 5;
    private static final String MAIN = "com.example.startup.Startup";

    private Startup() {}

    static Outcome measure(final Projects projects, final Jvm any) throws Exception {
        final Jvm jvm = any.nativeAccess("ALL-UNNAMED");
        final Path copies = projects.target.resolve("copies");
        final String jar = projects.jar("startup").toString();
        final List<String> program = List.of("-Diocp4j.extract.path=" + copies, "-cp",
                jar + Projects.SEPARATOR + projects.build("startup").resolve("lib") + "/*", MAIN);
        final Map<String, List<String>> options = new LinkedHashMap<>();
        options.put("iocp4j", List.of());
        options.put("iocp4j again", List.of());
        options.put("iocp4j, archive of JDK", archive(projects.target.resolve("jdk.jsa"), jvm, List.of("-version")));
        options.put("iocp4j, archive of program", ownArchive(projects.target, jvm, program, jar));
        options.put("jdk", List.of());
        options.put("jna", List.of());
        final Map<String, List<long[]>> times = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            Projects.delete(copies);
            for (final String way : options.keySet()) {
                final List<String> arguments = new ArrayList<>(options.get(way));
                arguments.addAll(program);
                arguments.addAll(List.of(way.split("\\W")[0], jar));
                final Outcome outcome = jvm.run(projects.target, arguments.toArray(String[]::new)).succeeds();
                if (outcome.status.equals(Outcome.FAILED)) {
                    return outcome;
                }
                times.computeIfAbsent(way, none -> new ArrayList<>())
                        .add(Stream.of(outcome.text.split(" ")).mapToLong(Long::parseLong).toArray());
            }
        }
        final double jdk = median(times.get("jdk"), Startup::untilDone);
        times.forEach((way, taken) -> System.out.printf("Figures: startup in JDK %s, %s: ready after %.1f ms, first"
                        + " thing done %.1f ms later, in all %.2f of what the JDK's asynchronous file takes%n",
                jvm.version, way, median(taken, time -> time[0]) / 1e6,
                median(taken, time -> time[1] - time[0]) / 1e6, median(taken, Startup::untilDone) / jdk));
        return Outcome.good(ROUNDS + " new JVMs for each figure");
    }

    /** Dumps an archive of the classes that the program loads when it starts, with options of every JVM from 11 on. */
    private static List<String> ownArchive(final Path folder, final Jvm jvm, final List<String> program,
            final String file) throws Exception {
        final Path list = folder.resolve("startup-classes.txt");
        final List<String> first = new ArrayList<>(List.of("-Xshare:off", "-XX:DumpLoadedClassList=" + list));
        first.addAll(program);
        first.addAll(List.of("iocp4j", file));
        require(jvm.run(folder, first.toArray(String[]::new)));
        final List<String> dump = new ArrayList<>(List.of("-XX:SharedClassListFile=" + list));
        dump.addAll(program);
        return archive(folder.resolve("startup.jsa"), jvm, dump);
    }

    /** Dumps an archive and returns the options that use it. */
    private static List<String> archive(final Path archive, final Jvm jvm, final List<String> arguments)
            throws Exception {
        // A JVM that was stopped leaves a read-only archive.
        Files.deleteIfExists(archive);
        final String option = "-XX:SharedArchiveFile=" + archive;
        final List<String> dump = new ArrayList<>(List.of("-Xshare:dump", option));
        dump.addAll(arguments);
        require(jvm.run(archive.getParent(), dump.toArray(String[]::new)));
        return List.of("-Xshare:on", option);
    }

    private static void require(final Run run) {
        if (run.status != 0) {
            throw new IllegalStateException("exit code " + run.status + "\n" + run.output);
        }
    }

    private static long untilDone(final long[] time) {
        return time[1];
    }

    private static double median(final List<long[]> times, final ToLongFunction<long[]> figure) {
        return times.stream().mapToLong(figure).sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }
}
