package io.github.iocp4j;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.internal.loader.CarriedLibrary;
import io.github.iocp4j.internal.loader.NativeContract;
import io.github.iocp4j.monitoring.CompletionPortMXBean;
import io.github.iocp4j.netty.Iocp;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The lists for GraalVM's native-image of what Java code finds by name. A native executable has nothing of it that is
 * missing there. {@code JniConfigTest} has what native code finds, {@code ProviderPropertyTest} the provider.
 */
final class NativeImageConfigTest {
    private static final Path MODULES = Path.of("..", "java");
    /** Tools are no library, and are not in native executables of others. */
    private static final List<String> LIBRARIES =
            List.of("iocp4j", "iocp4j-monitoring", "iocp4j-nio", "iocp4j-netty");
    private static final Pattern LOOK_UP = Pattern.compile("Class\\.forName\\(|\\.getDeclared\\w+\\(|\\.getMethods?\\("
            + "|\\.getFields?\\(|\\.getConstructors?\\(|\\.newInstance\\(|\\.loadClass\\(|\\.getResource\\w*\\("
            + "|ServiceLoader|ResourceBundle|newProxyInstance|FieldUpdater");
    private static final String CONSTRUCTOR = ", \"methods\": [{\"name\": \"<init>\", \"parameterTypes\": []}]";

    /** With constant arguments, native-image itself finds what a {@code MethodHandles.Lookup} finds. */
    @Test
    void noOtherCodeFindsAnythingByName() throws IOException {
        final Map<String, String> lookUps = new TreeMap<>();
        for (final String module : LIBRARIES) {
            for (final Path file : sources(module)) {
                final String found = LOOK_UP.matcher(Files.readString(file)).results().map(result -> result.group())
                        .distinct().sorted().collect(joining(" "));
                if (!found.isEmpty()) {
                    lookUps.put(module + ' ' + file.getFileName(), found);
                }
            }
        }

        assertThat(lookUps).as("what is new here also needs a line in a list below").isEqualTo(Map.of(
                "iocp4j NativeContract.java", ".getResourceAsStream(",
                "iocp4j NativeHost.java", ".getResources(",
                "iocp4j PortAccess.java", "Class.forName(",
                "iocp4j SnapshotAccess.java", "Class.forName(",
                "iocp4j Win32Error.java", ".getFields(",
                "iocp4j-monitoring Availability.java", "Class.forName(",
                "iocp4j-netty RegionFile.java", ".getDeclaredField(",
                // A class of the program's, which its own list must have.
                "iocp4j-nio DefaultGroup.java", ".getConstructor( .newInstance( Class.forName("));
    }

    @Test
    void theFacadeNamesTheClassesThatRegisterThemselvesAndTheErrors() throws IOException {
        assertList(CompletionPort.class, "iocp4j", "reflect-config.json", Map.of(
                CompletionPort.class.getName(), "", PortSnapshot.class.getName(), "",
                Win32Error.class.getName(), ", \"allPublicFields\": true"));
    }

    @Test
    void theFacadeNamesTheLibraryAndItsVersion() throws IOException {
        final String version = NativeContract.class.getPackageName().replace('.', '/') + "/version";
        final List<String> resources =
                List.of(CarriedLibrary.DLL_RESOURCE, CarriedLibrary.HASH_RESOURCE, version);
        assertThat(resources).allSatisfy(name -> assertThat(
                CompletionPort.class.getClassLoader().getResource(name)).as(name).isNotNull());
        final String patterns = resources.stream().map(name -> "{\"pattern\": \"\\\\Q" + name + "\\\\E\"}")
                .collect(joining(", "));

        assertThat(config(CompletionPort.class, "iocp4j", "resource-config.json")).isEqualToIgnoringWhitespace(
                "{\"resources\": {\"includes\": [" + patterns + "]}}");
    }

    @Test
    void monitoringNamesTheBeansAndTheModulesOfTheJvm() throws IOException {
        final Map<String, String> wanted = new TreeMap<>();
        wanted.put(CompletionPortMXBean.class.getName(), ", \"allPublicMethods\": true");
        for (final Class<?> part : CompletionPortMXBean.class.getDeclaredClasses()) {
            wanted.put(part.getName(), ", \"allPublicMethods\": true");
        }
        for (final Path file : sources("iocp4j-monitoring")) {
            final Matcher found = Pattern.compile("Availability\\.of\\(\"([\\w.]+)\"\\)")
                    .matcher(Files.readString(file));
            found.results().forEach(result -> wanted.put(result.group(1), ""));
        }

        assertThat(wanted).hasSizeGreaterThan(3);
        assertList(CompletionPortMXBean.class, "iocp4j-monitoring", "reflect-config.json", wanted);
    }

    /** Netty finds the constructor of a channel: {@link Bootstrap#channel(Class)}. */
    @Test
    void theTransportNamesItsChannelsAndTheFieldsOfRegions() throws Exception {
        final Map<String, String> wanted = new TreeMap<>();
        for (final Path file : sources("iocp4j-netty")) {
            final String name = Iocp.class.getPackageName() + '.'
                    + file.getFileName().toString().replaceFirst("\\.java$", "");
            if (!name.endsWith("info") && isChannel(Class.forName(name))) {
                wanted.put(name, CONSTRUCTOR);
            }
        }
        assertThat(wanted).hasSizeGreaterThan(3);
        final TreeSet<String> fields = new TreeSet<>();
        Pattern.compile("= field\\(\"(\\w+)\"\\)")
                .matcher(Files.readString(MODULES.resolve("iocp4j-netty/src/main/java/"
                        + Iocp.class.getPackageName().replace('.', '/') + "/RegionFile.java")))
                .results().forEach(result -> fields.add(result.group(1)));
        for (final String field : fields) {
            assertThat(DefaultFileRegion.class.getDeclaredField(field)).isNotNull();
        }
        wanted.put(DefaultFileRegion.class.getName(), fields.stream().map(name -> "{\"name\": \"" + name + "\"}")
                .collect(joining(", ", ", \"fields\": [", "]")));

        assertList(Iocp.class, "iocp4j-netty", "reflect-config.json", wanted);
    }

    private static boolean isChannel(final Class<?> type) {
        return Channel.class.isAssignableFrom(type) && Modifier.isPublic(type.getModifiers())
                && Stream.of(type.getConstructors()).anyMatch(each -> each.getParameterCount() == 0);
    }

    /** In the order of the names. */
    private static void assertList(
            final Class<?> ofModule, final String module, final String file, final Map<String, String> wanted)
            throws IOException {
        final String text = new TreeMap<>(wanted).entrySet().stream()
                .map(entry -> "  {\"name\": \"" + entry.getKey() + '"' + entry.getValue() + '}')
                .collect(joining(",\n", "[\n", "\n]\n"));
        assertThat(config(ofModule, module, file)).isEqualTo(text);
    }

    private static String config(final Class<?> ofModule, final String module, final String file) throws IOException {
        final String name = "/META-INF/native-image/io.github.iocp4j/" + module + '/' + file;
        try (InputStream config = ofModule.getResourceAsStream(name)) {
            assertThat(config).as(name).isNotNull();
            return new String(config.readAllBytes(), UTF_8);
        }
    }

    private static List<Path> sources(final String module) throws IOException {
        try (Stream<Path> files = Files.walk(MODULES.resolve(module).resolve("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).collect(toList());
        }
    }
}
