package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The API of each published module must be that of java/MODULE/api.txt, so that it changes only by intent. */
final class PublicApiTest {
    private static final Path MODULES = Path.of("..", "java");
    private static final Path FOUND = Path.of("target", "api");

    /** Every folder in java/ that is a module. */
    static List<String> modules() throws IOException {
        try (Stream<Path> folders = Files.list(MODULES)) {
            return folders.filter(folder -> Files.exists(folder.resolve("src/main/java/module-info.java")))
                    .map(folder -> folder.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }

    @Test
    void findsTheModules() throws Exception {
        assertThat(modules()).contains("iocp4j", "iocp4j-monitoring", "iocp4j-netty", "iocp4j-nio");
    }

    @ParameterizedTest
    @MethodSource("modules")
    void isWhatWasAgreed(final String module) throws Exception {
        final Path agreedFile = MODULES.resolve(module).resolve("api.txt");
        final Path foundFile = FOUND.resolve(module + ".txt");
        final List<String> found = PublicApi.lines(MODULES.resolve(module).resolve("target/classes"));
        Files.createDirectories(FOUND);
        Files.writeString(foundFile, String.join("\n", found) + "\n");
        final List<String> gone = Files.exists(agreedFile) ? qualified(Files.readAllLines(agreedFile))
                : new ArrayList<>();
        final List<String> come = qualified(found);
        final List<String> agreed = List.copyOf(gone);
        gone.removeAll(come);
        come.removeAll(agreed);

        if (!gone.isEmpty() || !come.isEmpty()) {
            final StringBuilder message =
                    new StringBuilder("The public API is not that of java/" + module + "/api.txt.\n");
            gone.forEach(line -> message.append("- ").append(line).append('\n'));
            come.forEach(line -> message.append("+ ").append(line).append('\n'));
            message.append("If that is meant: copy tests/target/api/" + module + ".txt to java/" + module
                    + "/api.txt, describe it in CHANGELOG, and raise the ")
                    .append(gone.isEmpty() ? "minor" : "major (before 1.0 the minor)")
                    .append(" version; UPGRADING.md says why.");
            throw new AssertionError(message);
        }
    }

    /** Each member with its type, on one line. */
    private static List<String> qualified(final List<String> lines) {
        final List<String> qualified = new ArrayList<>();
        String heading = "";
        for (final String line : lines) {
            if (line.startsWith(" ")) {
                qualified.add(heading + ": " + line.strip());
            } else if (!line.isEmpty()) {
                heading = line.replaceFirst("^.*(?:class|interface|enum|module) ([^ ]+).*$", "$1");
                qualified.add(line);
            }
        }
        return qualified;
    }
}
