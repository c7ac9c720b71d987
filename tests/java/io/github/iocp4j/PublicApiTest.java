package io.github.iocp4j;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The API changes only when somebody says so: what it is stands in java/iocp4j/api.txt. */
final class PublicApiTest {
    private static final Path AGREED = Path.of("..", "java", "iocp4j", "api.txt");
    private static final Path FOUND = Path.of("target", "api.txt");

    @Test
    void isWhatWasAgreed() throws Exception {
        final List<String> found = PublicApi.lines();
        Files.createDirectories(FOUND.getParent());
        Files.writeString(FOUND, String.join("\n", found) + "\n");
        final List<String> gone = Files.exists(AGREED) ? qualified(Files.readAllLines(AGREED)) : new ArrayList<>();
        final List<String> come = qualified(found);
        final List<String> agreed = List.copyOf(gone);
        gone.removeAll(come);
        come.removeAll(agreed);

        if (!gone.isEmpty() || !come.isEmpty()) {
            final StringBuilder message = new StringBuilder("The public API is not that of java/iocp4j/api.txt.\n");
            gone.forEach(line -> message.append("- ").append(line).append('\n'));
            come.forEach(line -> message.append("+ ").append(line).append('\n'));
            message.append("If that is meant: copy tests/target/api.txt to java/iocp4j/api.txt, tell of it in"
                    + " CHANGELOG, and raise the ").append(gone.isEmpty() ? "minor" : "major (before 1.0 the minor)")
                    .append(" version; UPGRADING.md says why.");
            throw new AssertionError(message);
        }
    }

    /** Each member with the type it belongs to, so that a line says all. */
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
