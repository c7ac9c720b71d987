import java.io.File;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds the programs in the folders beside this file as their users would, against nothing of iocp4j but a Maven
 * repository that it has been published to, and runs them in a Windows JVM; on Linux, under Wine.
 *
 * <p>{@code ./dev consumers} publishes and calls this, from the project's folder. Without {@code --jvm} the
 * JVM is that of this program or, on Linux, {@code IOCP4J_WINDOWS_JAVA_HOME}.
 */
public final class Consumers {
    private static final String USAGE =
            "Usage: java tests/consumers/Consumers.java REPOSITORY [--jvm JAVA_HOME]... [CASE...]";
    private static final boolean WINDOWS = File.separatorChar == '\\';
    private static final boolean MSVC = WINDOWS && !"mingw".equals(System.getenv("IOCP4J_COMPILER"));
    /** Between the elements of a class path, for a Windows JVM. */
    private static final String SEPARATOR = ";";
    private static final String TALK = "com.example.talk.Talk";
    private static final String NEIGHBOURS = "com.example.neighbours.Neighbours";
    private static final String DLL = "META-INF/native/windows-x86_64/iocp4j.dll";
    private static final int PATIENCE_MINUTES = 5;
    private static final int STARTUP_ROUNDS = 5;
    /** From this on, the JVM warns of native code that it has not been told of. */
    private static final int WARNING_JVM = 22;

    private final Path here;
    private final Path target;
    private final Path published;
    private final String version;
    /** What has been built: the folder, or what went wrong. */
    private final Map<String, Path> built = new HashMap<>();
    private final Map<String, Exception> broken = new HashMap<>();

    private Consumers(final Path here, final Path published) throws IOException {
        this.here = here;
        this.target = here.resolve("target");
        this.published = published;
        version = names(published.resolve("io/github/iocp4j/iocp4j")).stream()
                .filter(name -> !name.startsWith("maven-metadata")).collect(Collectors.joining());
    }

    /**
     * Runs all cases or those that are named in each JVM, and prints a table of what came out.
     *
     * @param args see {@link #USAGE}
     * @throws Exception when not even that can be done
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
            jvms.add(new Jvm(Path.of(WINDOWS ? System.getProperty("java.home")
                    : System.getenv("IOCP4J_WINDOWS_JAVA_HOME"))));
        }
        final Path published = Path.of(rest.remove(0)).toAbsolutePath();
        final Consumers consumers = new Consumers(Path.of("tests", "consumers").toAbsolutePath(), published);
        System.exit(consumers.run(jvms, rest) ? 0 : 1);
    }

    private boolean run(final List<Jvm> jvms, final List<String> chosen) throws IOException {
        prepare();
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

    /** What to do in which way, and what must come of it. */
    private Map<String, Case> cases() {
        final Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("class-path", jvm -> jvm.run(target, "-cp", classPath("class-path"), TALK).succeeds());
        cases.put("strange-folder", jvm -> {
            // Two letters that no code page of western Europe has; and a space.
            final Path folder = copy("class-path", "Gr\u00f6\u00dfe \u6e2c\u8a66 app");
            return jvm.run(folder, "-cp", String.join(SEPARATOR, names(folder)), TALK).succeeds();
        });
        cases.put("no-temporary-folder", jvm -> {
            final Path file = Files.writeString(target.resolve("a-file"), "in the place of a folder");
            return jvm.with("TMP", file).with("TEMP", file)
                    .run(target, "-Djava.io.tmpdir=" + file, "-cp", classPath("class-path"), TALK).succeeds();
        });
        cases.put("nowhere-to-write", jvm -> {
            final Path file = Files.writeString(target.resolve("a-file"), "in the place of a folder");
            return jvm.run(target, "-Diocp4j.extract.path=" + file, "-cp", classPath("class-path"), TALK)
                    .fails("set iocp4j.extract.path to a folder that this user may write to");
        });
        cases.put("two-versions", jvm -> {
            final Path other = otherVersion(library("class-path"), target.resolve("iocp4j-of-another-version.jar"));
            return jvm.run(target, "-cp", classPath("class-path") + SEPARATOR + other, TALK)
                    .fails("iocp4j is on the class path in several versions", library("class-path").toUri().getPath(),
                            other.toUri().getPath(), ": leave one of them");
        });
        cases.put("module-path", jvm -> jvm.nativeAccess("io.github.iocp4j")
                .run(target, "--module-path", classPath("module-path"), "--module", "com.example.talk/" + TALK)
                .succeeds());
        cases.put("shaded", jvm -> jvm.run(target, "-jar", shaded("plain").toString()).succeeds());
        cases.put("relocated", jvm -> jvm.run(target, "-cp", shaded("relocated").toString(), relocated()).succeeds());
        cases.put("two-packages", jvm -> jvm.run(target, "-cp", jar("class-loaders") + SEPARATOR
                + shaded("relocated") + SEPARATOR + shaded("plain"), NEIGHBOURS, TALK, relocated()).succeeds());
        cases.put("two-class-loaders", jvm -> jvm.run(target, "-cp", jar("class-loaders").toString(), NEIGHBOURS,
                TALK + "=" + classPath("class-path"), TALK + "=" + classPath("class-path")).succeeds());
        cases.put("split", jvm -> jvm.run(target, "-cp",
                jar("split") + SEPARATOR + facade() + SEPARATOR + natives(), TALK).succeeds());
        cases.put("split-on-module-path", jvm -> jvm.nativeAccess("io.github.iocp4j")
                .run(target, "--module-path", jar("module-path") + SEPARATOR + facade() + SEPARATOR + natives(),
                        "--add-modules", "io.github.iocp4j.windows.x86_64", "--module", "com.example.talk/" + TALK)
                .succeeds());
        cases.put("facade-alone", jvm -> jvm.run(target, "-cp", jar("split") + SEPARATOR + facade(), TALK)
                .fails("no jar carries " + DLL, "the classifier windows-x86_64"));
        cases.put("natives-of-another", jvm -> {
            final Path other = otherVersion(natives(), target.resolve("natives-of-another-version.jar"));
            return jvm.run(target, "-cp", String.join(SEPARATOR, jar("split").toString(), facade().toString(),
                    other.toString(), natives().toString()), TALK)
                    .fails("iocp4j is on the class path in several versions", natives().toUri().getPath(),
                            other.toUri().getPath(), ": leave one of them");
        });
        cases.put("cpp", jvm -> runCpp());
        cases.put("startup", this::measureStartup);
        return cases;
    }

    /** What it costs to begin, in new JVMs. Nobody is to rely on the figures, but on their ratio. */
    private Outcome measureStartup(final Jvm jvm) throws Exception {
        final Path copies = target.resolve("copies");
        final Map<String, List<long[]>> times = new LinkedHashMap<>();
        for (int round = 0; round < STARTUP_ROUNDS; round++) {
            delete(copies);
            for (final String way : List.of("iocp4j", "iocp4j again", "jdk", "jna")) {
                final Outcome outcome = jvm.run(target, "-Diocp4j.extract.path=" + copies, "-cp",
                        String.join(SEPARATOR, jar("startup").toString(), build("startup").resolve("lib") + "/*"),
                        "com.example.startup.Startup", way.split(" ")[0], jar("startup").toString()).succeeds();
                if (!outcome.good) {
                    return outcome;
                }
                times.computeIfAbsent(way, any -> new ArrayList<>())
                        .add(Stream.of(outcome.text.split(" ")).mapToLong(Long::parseLong).toArray());
            }
        }
        final double[] jdk = medians(times.get("jdk"));
        times.forEach((way, taken) -> {
            final double[] median = medians(taken);
            System.out.printf("Figures: startup, %s: native code there after %.1f ms, first thing done after %.1f ms,"
                    + " %.2f of what the JDK's asynchronous file takes%n",
                    way, median[0] / 1e6, median[1] / 1e6, median[1] / jdk[1]);
        });
        return new Outcome(true, STARTUP_ROUNDS + " new JVMs for each figure");
    }

    private static double[] medians(final List<long[]> times) {
        return new double[] {median(times, 0), median(times, 1)};
    }

    private static double median(final List<long[]> times, final int which) {
        return times.stream().mapToLong(time -> time[which]).sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }

    /** Tells what went wrong, or nothing. */
    private static Outcome attempt(final String name, final Case run, final Jvm jvm) {
        Outcome outcome;
        try {
            outcome = run.in(jvm);
        } catch (final Exception failed) {
            outcome = new Outcome(false, failed.toString());
        }
        System.out.printf("%s  %s, JVM %s%s%n", outcome.good ? "ok" : "FAILED", name, jvm.version,
                outcome.text.isEmpty() ? "" : ": " + outcome.text);
        return outcome;
    }

    // --- building ----------------------------------------------------------------------------------------------------

    /** A local repository of our own, in which iocp4j can be from nowhere but where it has been published. */
    private void prepare() throws IOException {
        delete(target.resolve("local/io/github/iocp4j"));
        Files.createDirectories(target);
        final Path users = Path.of(System.getProperty("user.home"), ".m2", "repository");
        Files.write(target.resolve("settings.xml"), List.of(
                "<settings>",
                "  <!-- Whatever mirrors there are, this is not found in them. -->",
                "  <mirrors>", mirror("published", published), "  </mirrors>",
                "  <profiles>", "    <profile>", "      <id>published</id>",
                "      <repositories>",
                repository("repository", "published", published, true),
                // So that what the build has fetched is not fetched again.
                repository("repository", "third-party", users, false),
                "      </repositories>",
                "      <pluginRepositories>",
                repository("pluginRepository", "third-party", users, false),
                "      </pluginRepositories>",
                "    </profile>", "  </profiles>",
                "  <activeProfiles><activeProfile>published</activeProfile></activeProfiles>",
                "</settings>"));
    }

    private static String mirror(final String id, final Path folder) {
        return "    <mirror><id>" + id + "</id><mirrorOf>" + id + "</mirrorOf><url>" + folder.toUri()
                + "</url></mirror>";
    }

    private static String repository(final String element, final String id, final Path folder,
            final boolean snapshots) {
        return "        <" + element + "><id>" + id + "</id><url>" + folder.toUri() + "</url><snapshots><enabled>"
                + snapshots + "</enabled></snapshots></" + element + ">";
    }

    /** The folder in which a project has been built. */
    private Path build(final String name) throws Exception {
        if (!built.containsKey(name) && !broken.containsKey(name)) {
            try {
                built.put(name, buildFirst(name));
            } catch (final IOException | IllegalStateException failed) {
                broken.put(name, failed);
            }
        }
        if (broken.containsKey(name)) {
            throw broken.get(name);
        }
        return built.get(name);
    }

    private Path buildFirst(final String name) throws IOException, InterruptedException {
        final Path folder = here.resolve(name).resolve("target");
        delete(folder);
        final List<String> command = new ArrayList<>(WINDOWS ? List.of("cmd", "/c", "mvn") : List.of("mvn"));
        final Path users = Path.of(System.getProperty("user.home"), ".m2", "settings.xml");
        if (Files.exists(users)) {
            command.addAll(List.of("--global-settings", users.toString()));
        }
        command.addAll(List.of("--batch-mode", "--no-transfer-progress", "-Dstyle.color=never",
                "--settings", target.resolve("settings.xml").toString(),
                "-Dmaven.repo.local=" + target.resolve("local"), "-Diocp4j.version=" + version,
                "-Dnar.aol=amd64-Windows-" + (MSVC ? "msvc" : "gpp"),
                "--file", here.resolve(name).resolve("pom.xml").toString(), "package",
                "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies",
                "-DoutputDirectory=" + folder.resolve("lib"), "-DincludeScope=runtime"));
        final Path log = target.resolve(name + ".log");
        final Process maven = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        maven.getOutputStream().close();
        if (maven.waitFor() != 0) {
            throw new IllegalStateException(name + " does not build, see " + log + ":\n" + String.join("\n",
                    Files.readAllLines(log).stream().filter(line -> line.startsWith("[ERROR]"))
                            .collect(Collectors.toList())));
        }
        requirePublished();
        return folder;
    }

    /** Maven notes which repository it has each file from. */
    private void requirePublished() throws IOException {
        final Path ours = target.resolve("local/io/github/iocp4j");
        if (!Files.exists(ours)) {
            return;
        }
        try (Stream<Path> files = Files.walk(ours)) {
            for (final Path origins : files.filter(file -> file.endsWith("_remote.repositories"))
                    .collect(Collectors.toList())) {
                for (final String line : Files.readAllLines(origins)) {
                    if (!line.startsWith("#") && !line.endsWith(">published=")) {
                        throw new IllegalStateException(origins + " is not from where it has been published: " + line);
                    }
                }
            }
        }
    }

    private Path jar(final String project) throws Exception {
        return build(project).resolve(project + "-1.jar");
    }

    private Path shaded(final String classifier) throws Exception {
        return build("shaded").resolve("shaded-1-" + classifier + ".jar");
    }

    private static String relocated() {
        return "com.example.shadow.talk.Talk";
    }

    private Path library(final String project) throws Exception {
        return build(project).resolve("lib/iocp4j-" + version + ".jar");
    }

    private String classPath(final String project) throws Exception {
        return jar(project) + SEPARATOR + library(project);
    }

    private Path copy(final String project, final String name) throws Exception {
        final Path folder = Files.createDirectories(target.resolve(name));
        for (final Path jar : List.of(jar(project), library(project))) {
            Files.copy(jar, folder.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }

    private static List<String> names(final Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toList());
        }
    }

    private Path facade() throws Exception {
        return build("split").resolve("lib/iocp4j-" + version + "-without-natives.jar");
    }

    private Path natives() throws Exception {
        return build("split").resolve("lib/iocp4j-" + version + "-windows-x86_64.jar");
    }

    /** CMake builds it against what Maven has unpacked. */
    private Outcome runCpp() throws Exception {
        final Path folder = build("cpp");
        final Path build = folder.resolve("cmake");
        final List<String> configure = new ArrayList<>(List.of("cmake", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                "-DIOCP4J=" + folder.resolve("iocp4j"), "-S", here.resolve("cpp").toString(), "-B", build.toString()));
        if (!MSVC) {
            configure.add("-DCMAKE_TOOLCHAIN_FILE=" + Path.of("cmake", "mingw-w64-x86_64.cmake").toAbsolutePath());
        }
        for (final List<String> step : List.of(configure, List.of("cmake", "--build", build.toString()))) {
            final Run run = Run.of(step, target, Map.of());
            if (run.status != 0) {
                return run.succeeds();
            }
        }
        final List<String> program = new ArrayList<>(WINDOWS ? List.of() : List.of(unixProgram("wine-run")));
        program.add(build.resolve("talk.exe").toString());
        return Run.of(program, target, Map.of()).succeeds();
    }

    /** What runs Windows programs elsewhere. */
    private static String unixProgram(final String name) {
        return Path.of("cmake", name).toAbsolutePath().toString();
    }

    /** The same jar with another DLL, which is whole. */
    private static Path otherVersion(final Path jar, final Path other) throws Exception {
        Files.copy(jar, other, StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem content = FileSystems.newFileSystem(URI.create("jar:" + other.toUri()), Map.of())) {
            final byte[] dll = Files.readAllBytes(content.getPath(DLL));
            final byte[] changed = Arrays.copyOf(dll, dll.length + 1);
            Files.write(content.getPath(DLL), changed);
            Files.writeString(content.getPath(DLL + ".sha256"), String.format("%064x",
                    new BigInteger(1, MessageDigest.getInstance("SHA-256").digest(changed))));
        }
        return other;
    }

    private static void delete(final Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (final Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                    Files.delete(file);
                }
            }
        }
    }

    // --- running -----------------------------------------------------------------------------------------------------

    /** One way to use iocp4j. */
    private interface Case {
        Outcome in(Jvm jvm) throws Exception;
    }

    /** What came of one. */
    private static final class Outcome {
        final boolean good;
        final String text;

        Outcome(final boolean good, final String text) {
            this.good = good;
            this.text = text;
        }
    }

    /** What a program has done. */
    private static final class Run {
        private final int status;
        private final String output;

        Run(final int status, final String output) {
            this.status = status;
            this.output = output;
        }

        static Run of(final List<String> command, final Path folder, final Map<String, String> environment)
                throws IOException, InterruptedException {
            // A file, for what Wine starts beside may hold a pipe open for longer than the program runs.
            final Path output = Files.createTempFile("consumer", ".log");
            final ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile())
                    .redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            final Process process = builder.start();
            try {
                process.getOutputStream().close();
                final boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
                final String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip();
                return new Run(ended ? process.exitValue() : -1, ended ? text : text + "\nand did not end");
            } finally {
                process.destroyForcibly();
                Files.deleteIfExists(output);
            }
        }

        Outcome succeeds() {
            final String last = output.substring(output.lastIndexOf('\n') + 1);
            return status == 0 && last.startsWith("ok: ")
                    ? new Outcome(true, last.substring("ok: ".length()))
                    : new Outcome(false, "exit code " + status + "\n" + output);
        }

        Outcome fails(final String... reasons) {
            return status != 0 && Stream.of(reasons).allMatch(output::contains)
                    ? new Outcome(true, "is refused, as it should be")
                    : new Outcome(false, "exit code " + status + " and not \"" + String.join("\", \"", reasons)
                            + "\"\n" + output);
        }
    }

    /** A JVM for Windows x64. */
    private static final class Jvm {
        final String version;
        private final Path home;
        private final Map<String, String> environment = new HashMap<>();
        private final List<String> options = new ArrayList<>();

        Jvm(final Path home) throws IOException {
            this.home = home;
            final Properties release = new Properties();
            release.load(Files.newBufferedReader(home.resolve("release"), StandardCharsets.UTF_8));
            version = release.getProperty("JAVA_VERSION").replace("\"", "");
        }

        private Jvm(final Jvm other) {
            home = other.home;
            version = other.version;
            environment.putAll(other.environment);
            options.addAll(other.options);
        }

        Jvm with(final String variable, final Path value) {
            final Jvm changed = new Jvm(this);
            changed.environment.put(variable, value.toString());
            return changed;
        }

        Jvm nativeAccess(final String module) {
            final Jvm changed = new Jvm(this);
            if (Integer.parseInt(version.split("[.+-]")[0]) >= WARNING_JVM) {
                changed.options.add("--enable-native-access=" + module);
            }
            return changed;
        }

        Run run(final Path folder, final String... arguments) throws IOException, InterruptedException {
            final List<String> command = new ArrayList<>();
            command.add(WINDOWS
                    ? home.resolve("bin").resolve("java.exe").toString()
                    : unixProgram("bin/java"));
            command.addAll(options);
            command.addAll(List.of(arguments));
            final Map<String, String> all = new HashMap<>(environment);
            all.put("IOCP4J_WINDOWS_JAVA_HOME", home.toString());
            return Run.of(command, folder, all);
        }
    }

    /** Which case came out how in which JVM. */
    private static final class Table {
        private final List<Jvm> jvms;
        private final Map<String, Map<Jvm, Outcome>> rows = new LinkedHashMap<>();

        Table(final List<Jvm> jvms) {
            this.jvms = jvms;
        }

        void add(final String name, final Jvm jvm, final Outcome outcome) {
            rows.computeIfAbsent(name, any -> new HashMap<>()).put(jvm, outcome);
        }

        boolean isGood() {
            return failures() == 0;
        }

        void print() {
            System.out.printf("%n%-22s", "consumer, in JVM");
            jvms.forEach(jvm -> System.out.printf("%-12s", jvm.version));
            System.out.println();
            rows.forEach((name, outcomes) -> {
                System.out.printf("%-22s", name);
                jvms.forEach(jvm -> System.out.printf("%-12s", outcomes.get(jvm).good ? "ok" : "FAILED"));
                System.out.println();
            });
            System.out.printf("Tests run: %d, Failures: %d, Errors: 0, Skipped: 0%n", outcomes().count(), failures());
        }

        private long failures() {
            return outcomes().filter(outcome -> !outcome.good).count();
        }

        private Stream<Outcome> outcomes() {
            return rows.values().stream().flatMap(outcomes -> outcomes.values().stream());
        }
    }
}
