package io.github.iocp4j.internal.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The list for GraalVM's native-image of the classes and methods that native code looks up. It must match the sources
 * in native/jni: if a class is missing, a native executable cannot load the DLL.
 */
final class JniConfigTest {
    private static final Path SOURCES = Path.of("..", "native", "jni");
    private static final String CONFIG = "/META-INF/native-image/io.github.iocp4j/iocp4j/jni-config.json";

    /** A class that is looked up, an exception class, a method, a field. */
    private static final Pattern LOOK_UP = Pattern.compile(
            "(?:FindClass\\((?:[\\w:]*inPackage\\()?|NativeClass\\{)\"(?<type>[\\w/]+)\""
            + "|(?<thrown>ThrowNew\\()"
            + "|Get(?:Static)?MethodID\\(\\s*\\w+,\\s*\"(?<method>\\w+)\",\\s*"
            + "(?:inPackage\\()?\"\\((?<parameters>[^)]*)\\)[^\"]+\""
            + "|GetFieldID\\(\\s*\\w+,\\s*\"(?<field>\\w+)\"");
    private static final Pattern PARAMETER = Pattern.compile("L([^;]+);|([IJZ])");
    private static final Map<String, String> PRIMITIVES = Map.of("I", "int", "J", "long", "Z", "boolean");

    @Test
    void namesWhatNativeCodeLooksUp() throws IOException {
        final TreeMap<String, TreeSet<String>> wanted = new TreeMap<>();
        try (Stream<Path> files = Files.list(SOURCES)) {
            for (final Path file : files.collect(Collectors.toList())) {
                collect(Files.readString(file), wanted);
            }
        }
        final String text = wanted.entrySet().stream()
                .map(entry -> "  {\"name\": \"" + entry.getKey() + '"' + members(entry.getValue()) + '}')
                .collect(Collectors.joining(",\n", "[\n", "\n]\n"));

        assertThat(wanted).hasSizeGreaterThan(10);
        try (var config = NativeLibrary.class.getResourceAsStream(CONFIG)) {
            assertThat(config == null ? "" : new String(config.readAllBytes())).as(CONFIG).isEqualTo(text);
        }
    }

    private static void collect(final String source, final Map<String, TreeSet<String>> wanted) {
        List<String> types = List.of();
        final Matcher found = LOOK_UP.matcher(source);
        while (found.find()) {
            if (found.group("type") != null) {
                types = List.of(found.group("type").replace('/', '.'));
            }
            for (final String type : types) {
                final TreeSet<String> members = wanted.computeIfAbsent(type, name -> new TreeSet<>());
                if (found.group("thrown") != null) {
                    members.add(method("<init>", "Ljava/lang/String;"));
                } else if (found.group("method") != null) {
                    members.add(method(found.group("method"), found.group("parameters")));
                } else if (found.group("field") != null) {
                    members.add("{\"name\": \"" + found.group("field") + "\"}");
                }
            }
        }
    }

    private static String method(final String name, final String parameters) {
        final List<String> types = new ArrayList<>();
        final Matcher found = PARAMETER.matcher(parameters);
        while (found.find()) {
            types.add('"' + (found.group(1) != null ? found.group(1).replace('/', '.') : PRIMITIVES.get(found.group(2)))
                    + '"');
        }
        return "{\"name\": \"" + name + "\", \"parameterTypes\": " + types + '}';
    }

    /** Only a method has parameters. */
    private static String members(final TreeSet<String> members) {
        return list("fields", members, member -> !member.contains("parameterTypes"))
                + list("methods", members, member -> member.contains("parameterTypes"));
    }

    private static String list(final String name, final TreeSet<String> members, final Predicate<String> which) {
        final String found = members.stream().filter(which).collect(Collectors.joining(", "));
        return found.isEmpty() ? "" : ", \"" + name + "\": [" + found + ']';
    }
}
