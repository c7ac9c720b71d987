import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds the programs in the folders beside this one against a Maven repository to which iocp4j was published, as its
 * users do, and runs them in a Windows JVM; on Linux, under Wine.
 *
 * <p>{@code ./dev consumers} publishes and calls this, from the project's folder. Without {@code --jvm} the
 * JVM is that of this program or, on Linux, {@code IOCP4J_WINDOWS_JAVA_HOME}.
 */
public final class Consumers {
    private static final String USAGE = "Usage: java Consumers REPOSITORY [--jvm JAVA_HOME]... [CASE...]";
    private static final String TALK = "com.example.talk.Talk";
    private static final String TALK_MODULE = "com.example.talk/" + TALK;
    private static final String RELOCATED_TALK = "com.example.shadow.talk.Talk";
    private static final String MONITORED = "com.example.monitored.Monitored";
    private static final String STREAMED = "com.example.streamed.Streamed";
    private static final String CHANNELLED = "com.example.streamed.Channelled";
    private static final String ECHOED = "com.example.echoed.Echoed";
    private static final String UNAVAILABLE = "com.example.echoed.Unavailable";
    private static final String SERVED = "com.example.served.Served";
    private static final String SHOWN = "com.example.shown.Shown";
    private static final String NEIGHBOURS = "com.example.neighbours.Neighbours";

    private final Projects projects;
    private final Path target;

    private Consumers(final Projects projects) {
        this.projects = projects;
        this.target = projects.target;
    }

    /**
     * Runs all cases, or those that are named, in each JVM, and prints a table of the results.
     *
     * @param args see {@link #USAGE}
     * @throws Exception when the cases cannot be run
     */
    public static void main(final String[] args) throws Exception {
        final List<String> rest = new ArrayList<>(Arrays.asList(args));
        final List<Jvm> jvms = new ArrayList<>();
        for (int at = rest.indexOf("--jvm"); at >= 0; at = rest.indexOf("--jvm")) {
            rest.remove(at);
            jvms.add(new Jvm(Path.of(rest.remove(at))));
        }
        if (rest.isEmpty()) {
            System.err.println(USAGE);
            System.exit(2);
        }
        if (jvms.isEmpty()) {
            jvms.add(new Jvm(Path.of(Host.WINDOWS ? System.getProperty("java.home")
                    : System.getenv("IOCP4J_WINDOWS_JAVA_HOME"))));
        }
        final Path published = Path.of(rest.remove(0)).toAbsolutePath();
        final Projects projects = new Projects(Path.of("tests", "consumers").toAbsolutePath(), published);
        System.exit(new Consumers(projects).run(jvms, rest) ? 0 : 1);
    }

    private boolean run(final List<Jvm> jvms, final List<String> chosen) {
        final Map<String, Case> cases = cases();
        if (!chosen.isEmpty()) {
            cases.keySet().retainAll(chosen);
        }
        final Table table = new Table(jvms);
        cases.forEach((name, run) -> {
            for (final Jvm jvm : jvms) {
                table.add(name, jvm, attempt(name, run, jvm));
            }
        });
        table.print();
        return table.isGood() && !cases.isEmpty();
    }

    /** The cases by name, with the expected result of each. */
    private Map<String, Case> cases() {
        final Map<String, Case> cases = new LinkedHashMap<>();
        addWithOneJar(cases);
        addShadedAndShared(cases);
        addSplit(cases);
        addBundles(cases);
        addModule(cases, "monitoring", MONITORED);
        addModule(cases, "streams", STREAMED);
        addProvider(cases);
        addWithAutomaticModules(cases, "nio-examples", SHOWN);
        addModule(cases, "netty", ECHOED);
        addNettyElsewhere(cases);
        addWithAutomaticModules(cases, "grpc", SERVED);
        cases.put("cpp", jvm -> Run.of(projects.cmake("cpp").resolve("talk.exe")).succeeds());
        cases.put("c", jvm -> Run.of(projects.cmake("cpp").resolve("post.exe")).succeeds());
        cases.put("c-unload", jvm -> Run.of(projects.cmake("cpp").resolve("unload.exe")).succeeds());
        cases.put("startup", jvm -> Startup.measure(projects, jvm));
        return cases;
    }

    private void addWithOneJar(final Map<String, Case> cases) {
        cases.put("class-path", jvm -> jvm.nativeAccess("ALL-UNNAMED")
                .run(target, "-cp", projects.classPath("class-path"), TALK).succeeds());
        cases.put("strange-folder", jvm -> {
            // A space, and two characters that the code pages of western Europe lack.
            final Path folder = projects.copy("class-path", "Gr\u00f6\u00dfe \u6e2c\u8a66 app");
            return jvm.run(folder, "-cp", path(Projects.names(folder).toArray()), TALK).succeeds();
        });
        cases.put("no-temporary-folder", jvm -> {
            final Path file = Files.writeString(target.resolve("a-file"), "in the place of a folder");
            return jvm.with("TMP", file).with("TEMP", file)
                    .run(target, "-Djava.io.tmpdir=" + file, "-cp", projects.classPath("class-path"), TALK).succeeds();
        });
        cases.put("nowhere-to-write", jvm -> {
            final Path file = Files.writeString(target.resolve("a-file"), "in the place of a folder");
            return jvm.run(target, "-Diocp4j.extract.path=" + file, "-cp", projects.classPath("class-path"), TALK)
                    .fails("set iocp4j.extract.path to a folder that this user may write to");
        });
        cases.put("two-versions", jvm -> {
            final Path first = projects.library("class-path");
            final Path second = Projects.otherVersion(first, target.resolve("iocp4j-of-another-version.jar"));
            // The DLL must come from the jar whose classes the JVM loads.
            return jvm.run(target, "-cp", path(projects.jar("class-path"), first, second), TALK).succeeds();
        });
        cases.put("module-path", jvm -> jvm.nativeAccess("io.github.iocp4j")
                .run(target, "--module-path", projects.classPath("module-path"), "--module", TALK_MODULE).succeeds());
    }

    private void addShadedAndShared(final Map<String, Case> cases) {
        cases.put("shaded", jvm -> jvm.run(target, "-jar", projects.shaded("plain").toString()).succeeds());
        cases.put("relocated", jvm ->
                jvm.run(target, "-cp", projects.shaded("relocated").toString(), RELOCATED_TALK).succeeds());
        cases.put("two-packages", jvm -> {
            final String both = path(
                    projects.jar("class-loaders"), projects.shaded("relocated"), projects.shaded("plain"));
            return jvm.run(target, "-cp", both, NEIGHBOURS, TALK, RELOCATED_TALK).succeeds();
        });
        cases.put("two-class-loaders", jvm -> {
            final String program = TALK + "=" + projects.classPath("class-path");
            return jvm.run(target, "-cp", projects.jar("class-loaders").toString(), NEIGHBOURS, program, program)
                    .succeeds();
        });
    }

    private void addSplit(final Map<String, Case> cases) {
        cases.put("split", jvm -> {
            final String all = path(projects.jar("split"), projects.facade(), projects.natives());
            return jvm.run(target, "-cp", all, TALK).succeeds();
        });
        cases.put("split-on-module-path", jvm -> {
            final String all = path(projects.jar("module-path"), projects.facade(), projects.natives());
            return jvm.nativeAccess("io.github.iocp4j").run(target, "--module-path", all,
                    "--add-modules", "io.github.iocp4j.windows.x86_64", "--module", TALK_MODULE).succeeds();
        });
        cases.put("facade-alone", jvm ->
                jvm.run(target, "-cp", path(projects.jar("split"), projects.facade()), TALK)
                        .fails("no jar carries " + Projects.DLL, "the classifier windows-x86_64"));
        cases.put("natives-of-another", jvm -> {
            final Path first = projects.natives();
            final Path second = Projects.otherVersion(first, target.resolve("natives-of-another-version.jar"));
            return refusesBoth(
                    jvm.run(target, "-cp", path(projects.jar("split"), projects.facade(), second, first), TALK),
                    first, second);
        });
    }

    private void addBundles(final Map<String, Case> cases) {
        cases.put("osgi", jvm -> runBundles(jvm, TALK, projects.jar("osgi"), projects.library("osgi")));
        // The last bundle is a fragment of the previous one.
        cases.put("osgi-split",
                jvm -> runBundles(jvm, TALK, projects.jar("osgi"), projects.facade(), projects.natives()));
    }

    private void addOnClassPath(final Map<String, Case> cases, final String project, final String program) {
        cases.put(project, jvm -> jvm.nativeAccess("ALL-UNNAMED")
                .run(target, "-cp", path(projects.jars(project).toArray()), program).succeeds());
    }

    /** Adds a program with another module of the library. Its Java module has the name of its package. */
    private void addModule(final Map<String, Case> cases, final String project, final String program) {
        addOnClassPath(cases, project, program);
        cases.put(project + "-as-module", jvm -> jvm.nativeAccess("io.github.iocp4j")
                .run(target, "--module-path", path(projects.jars(project).toArray()),
                        "--module", program.substring(0, program.lastIndexOf('.')) + '/' + program).succeeds());
        cases.put(project + "-osgi",
                jvm -> runBundles(jvm, program, projects.jars(project).toArray(Path[]::new)));
        cases.put(project + "-relocated", jvm -> jvm.run(target, "-cp", projects.relocated(project).toString(),
                program.replace("com.example.", "com.example.shadow.")).succeeds());
    }

    /** Adds the program with the oldest Netty, and what it does on a system that is not Windows. */
    private void addNettyElsewhere(final Map<String, Case> cases) {
        addOnClassPath(cases, "netty-oldest", ECHOED);
        cases.put("netty-without-windows", jvm -> Host.WINDOWS
                ? Outcome.skipped("this system is Windows")
                : Run.of(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                        projects.jars("netty").stream().map(Path::toString).collect(Collectors.joining(":")),
                        UNAVAILABLE), target, Map.of()).succeeds());
    }

    /** Adds a program with libraries that are automatic modules, which do not name the modules that they require. */
    private void addWithAutomaticModules(final Map<String, Case> cases, final String project, final String program) {
        addOnClassPath(cases, project, program);
        cases.put(project + "-as-module", jvm -> {
            // Two libraries of docker-java need this module, which a JVM made by jlink may lack. On the class path
            // they run without it, and automatic modules read the class path.
            final Map<Boolean, List<Path>> jars = projects.jars(project).stream().collect(Collectors.partitioningBy(
                    jar -> jvm.has("java.desktop")
                            || !jar.getFileName().toString().matches("commons-(compress|lang3)-.*")));
            return jvm.nativeAccess("io.github.iocp4j").run(target, "--class-path=" + path(jars.get(false).toArray()),
                    "--module-path", path(jars.get(true).toArray()), "--add-modules", "ALL-MODULE-PATH",
                    "--module", program.substring(0, program.lastIndexOf('.')) + '/' + program).succeeds();
        });
    }

    /** Adds a program whose command line names the provider of its channels. */
    private void addProvider(final Map<String, Case> cases) {
        final String property = "-Djava.nio.channels.spi.AsynchronousChannelProvider="
                + "io.github.iocp4j.nio.CompletionPortChannelProvider";
        cases.put("provider", jvm -> jvm.nativeAccess("ALL-UNNAMED")
                .run(target, property, "-cp", path(projects.jars("streams").toArray()), CHANNELLED).succeeds());
        cases.put("provider-as-module", jvm -> jvm.nativeAccess("io.github.iocp4j")
                .run(target, property, "--module-path", path(projects.jars("streams").toArray()),
                        "--module", "com.example.streamed/" + CHANNELLED).succeeds());
    }

    /** Runs the program in the first bundle. */
    private Outcome runBundles(final Jvm jvm, final String main, final Path... bundles) throws Exception {
        final List<String> arguments = new ArrayList<>(List.of(
                "-cp", path(projects.jar("osgi"), projects.dependency("osgi", "org.apache.felix.framework")),
                "com.example.osgi.Launcher", target.resolve("bundles").toString(), main));
        for (final Path bundle : bundles) {
            arguments.add(bundle.toString());
        }
        return jvm.run(target, arguments.toArray(new String[0])).succeeds();
    }

    private static Outcome refusesBoth(final Run run, final Path first, final Path second) {
        return run.fails("iocp4j is on the class path in several versions", first.toUri().getPath(),
                second.toUri().getPath(), ": keep one of them");
    }

    /** A class or module path for a Windows JVM. */
    private static String path(final Object... elements) {
        return Stream.of(elements).map(Object::toString).collect(Collectors.joining(Projects.SEPARATOR));
    }

    /** Returns the result of a case, also if it throws. */
    private static Outcome attempt(final String name, final Case run, final Jvm jvm) {
        Outcome outcome;
        try {
            outcome = run.in(jvm);
        } catch (final Exception failed) {
            outcome = Outcome.failed(failed.toString());
        }
        System.out.printf("%s  %s, JVM %s%s%n", outcome.status, name, jvm.version,
                outcome.text.isEmpty() ? "" : ": " + outcome.text);
        return outcome;
    }

    /** One way to use iocp4j. */
    private interface Case {
        Outcome in(Jvm jvm) throws Exception;
    }
}
