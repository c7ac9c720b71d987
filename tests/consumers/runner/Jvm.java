import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A JVM for Windows x64. */
final class Jvm {
    /** The first JVM with {@code --illegal-native-access}. */
    private static final int DENYING_JVM = 24;

    final String version;
    private final Path home;
    private final List<String> modules;
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> options = new ArrayList<>();

    Jvm(final Path home) throws IOException {
        this.home = home;
        final Properties release = new Properties();
        release.load(Files.newBufferedReader(home.resolve("release"), StandardCharsets.UTF_8));
        version = release.getProperty("JAVA_VERSION").replace("\"", "");
        modules = List.of(release.getProperty("MODULES", "").replace("\"", "").split(" "));
    }

    private Jvm(final Jvm other) {
        home = other.home;
        version = other.version;
        modules = other.modules;
        environment.putAll(other.environment);
        options.addAll(other.options);
    }

    /** Tells whether a module of the JDK is in this JVM. */
    boolean has(final String module) {
        return modules.contains(module);
    }

    Jvm with(final String variable, final Path value) {
        final Jvm changed = new Jvm(this);
        changed.environment.put(variable, value.toString());
        return changed;
    }

    /** If this JVM supports it, the same JVM with native access for that module only. */
    Jvm nativeAccess(final String module) {
        final Jvm changed = new Jvm(this);
        if (Integer.parseInt(version.split("[.+-]")[0]) >= DENYING_JVM) {
            changed.options.add("--enable-native-access=" + module);
            changed.options.add("--illegal-native-access=deny");
        }
        return changed;
    }

    Run run(final Path folder, final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(Host.WINDOWS ? home.resolve("bin").resolve("java.exe").toString() : Host.program("bin/java"));
        command.addAll(options);
        command.addAll(List.of(arguments));
        final Map<String, String> all = new HashMap<>(environment);
        all.put("IOCP4J_WINDOWS_JAVA_HOME", home.toString());
        return Run.of(command, folder, all);
    }
}
