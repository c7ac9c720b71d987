import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
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
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The projects in the folders beside this one. Each is built when it is first used. */
final class Projects {
    /** Separates the elements of a class path of a Windows JVM. */
    static final String SEPARATOR = ";";
    static final String DLL = "META-INF/native/windows-x86_64/iocp4j.dll";

    /** The folder of all files that this program writes. */
    final Path target;
    private final Path here;
    private final Path published;
    private final String version;
    /** The folder of each project that was built, or the failure. */
    private final Map<String, Path> built = new HashMap<>();
    private final Map<String, Exception> broken = new HashMap<>();

    Projects(final Path here, final Path published) throws IOException {
        this.here = here;
        this.target = here.resolve("target");
        this.published = published;
        version = names(published.resolve("io/github/iocp4j/iocp4j")).stream()
                .filter(name -> !name.startsWith("maven-metadata")).collect(Collectors.joining());
        prepare();
    }

    /** A separate local repository, so that iocp4j can only come from where it was published. */
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
                // Avoids a second download of what the build has fetched.
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

    /** Builds a project if needed and returns its folder. */
    Path build(final String name) throws Exception {
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
        final List<String> command = new ArrayList<>(Host.WINDOWS ? List.of("cmd", "/c", "mvn") : List.of("mvn"));
        final Path users = Path.of(System.getProperty("user.home"), ".m2", "settings.xml");
        if (Files.exists(users)) {
            command.addAll(List.of("--global-settings", users.toString()));
        }
        command.addAll(List.of("--batch-mode", "--no-transfer-progress", "-Dstyle.color=never",
                "--settings", target.resolve("settings.xml").toString(),
                "-Dmaven.repo.local=" + target.resolve("local"), "-Diocp4j.version=" + version,
                "-Dnar.aol=amd64-Windows-" + (Host.MSVC ? "msvc" : "gpp"),
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

    /** Checks Maven's records of the repository from which each file came. */
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

    Path jar(final String project) throws Exception {
        return build(project).resolve(project + "-1.jar");
    }

    Path shaded(final String classifier) throws Exception {
        return build("shaded").resolve("shaded-1-" + classifier + ".jar");
    }

    Path library(final String project) throws Exception {
        return build(project).resolve("lib/iocp4j-" + version + ".jar");
    }

    /** A jar that the project depends on, whatever its version. */
    Path dependency(final String project, final String artifact) throws Exception {
        final Path folder = build(project).resolve("lib");
        return folder.resolve(names(folder).stream().filter(name -> name.startsWith(artifact + "-")).findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + artifact + " in " + folder)));
    }

    /** The project's jar, and all that it depends on. */
    List<Path> jars(final String project) throws Exception {
        final List<Path> jars = new ArrayList<>(List.of(jar(project)));
        final Path folder = build(project).resolve("lib");
        names(folder).stream().sorted().map(folder::resolve).forEach(jars::add);
        return jars;
    }

    /** The project's jar with its dependencies, all in other packages. */
    Path relocated(final String project) throws Exception {
        return build(project).resolve(project + "-1-relocated.jar");
    }

    String classPath(final String project) throws Exception {
        return jar(project) + SEPARATOR + library(project);
    }

    Path copy(final String project, final String name) throws Exception {
        final Path folder = Files.createDirectories(target.resolve(name));
        for (final Path jar : List.of(jar(project), library(project))) {
            Files.copy(jar, folder.resolve(jar.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        return folder;
    }

    static List<String> names(final Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toList());
        }
    }

    Path facade() throws Exception {
        return build("split").resolve("lib/iocp4j-" + version + "-without-natives.jar");
    }

    Path natives() throws Exception {
        return build("split").resolve("lib/iocp4j-" + version + "-windows-x86_64.jar");
    }

    /** Builds the programs by CMake with the files that Maven has unpacked. Returns their folder. */
    Path cmake(final String project) throws Exception {
        final Path folder = build(project);
        final Path build = folder.resolve("cmake");
        final List<String> configure = new ArrayList<>(List.of("cmake", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                "-DIOCP4J=" + folder.resolve("iocp4j"), "-S", here.resolve(project).toString(), "-B",
                build.toString()));
        if (!Host.MSVC) {
            configure.add("-DCMAKE_TOOLCHAIN_FILE=" + Path.of("cmake", "mingw-w64-x86_64.cmake").toAbsolutePath());
        }
        for (final List<String> step : List.of(configure, List.of("cmake", "--build", build.toString()))) {
            final Run run = Run.of(step, target, Map.of());
            if (run.status != 0) {
                throw new IllegalStateException(project + " does not build:\n" + run.output);
            }
        }
        return build;
    }

    /** Copies a jar with another DLL, whose checksum is right. */
    static Path otherVersion(final Path jar, final Path other) throws Exception {
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

    static void delete(final Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (final Path file : files.sorted(Comparator.reverseOrder()).collect(Collectors.toList())) {
                    Files.delete(file);
                }
            }
        }
    }
}
