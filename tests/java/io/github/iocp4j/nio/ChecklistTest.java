package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page runs/nio-checklist.md names tests that exist. */
final class ChecklistTest {
    private static final Path PAGE = Path.of("runs", "nio-checklist.md");
    private static final Path TESTS = Path.of("java", "io", "github", "iocp4j");
    /** A folder, unless it is that of this module; a class; a method. */
    private static final Pattern TEST = Pattern.compile("(?:([\\w.]+)/)?(\\w+Test)\\.(\\w+)");

    @Test
    void eachTestOfThePageExists() throws Exception {
        final List<String> missing = new ArrayList<>();
        final Matcher found = TEST.matcher(Files.readString(PAGE));
        int count = 0;
        while (found.find()) {
            count++;
            final Path folder = TESTS.resolve(found.group(1) == null ? "nio" : found.group(1));
            final Path file = folder.resolve(found.group(2) + ".java").normalize();
            if (!Files.exists(file) || !Files.readString(file).contains("    void " + found.group(3) + '(')) {
                missing.add(found.group());
            }
        }
        assertThat(count).isGreaterThan(50);
        assertThat(missing).isEmpty();
    }
}
