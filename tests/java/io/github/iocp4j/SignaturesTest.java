package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Methods follow the rules of "Signatures" in CONTRIBUTING, so that the compiler refuses swapped arguments. */
final class SignaturesTest {
    /** What PublicApiTest compares with the classes. */
    private static final Path API = Path.of("..", "java", "iocp4j", "api.txt");
    private static final Pattern METHOD = Pattern.compile(
            "    (?:\\w+ )*?(?<type>[\\w.$\\[\\]<>?, ]+) (?<name>\\w+)\\((?<parameters>[^)]*)\\).*");
    private static final Set<String> PRIMITIVES =
            Set.of("boolean", "byte", "char", "short", "int", "long", "float", "double");
    /** The first parameter is a number that Windows defines. */
    private static final Set<String> WITH_A_CODE = Set.of("control", "awaitEvents");

    private final List<Signature> all = new ArrayList<>();

    private static final class Signature {
        final String owner;
        final String type;
        final String name;
        final List<String> parameters;

        Signature(final String owner, final Matcher method) {
            this.owner = owner;
            type = method.group("type").replaceAll(".* ", "");
            name = method.group("name");
            final String list = method.group("parameters");
            parameters = list.isEmpty() ? List.of() : List.of(list.split(", *"));
        }

        /** Whether it starts an operation: the last parameter is the token, and what it returns the operation's id. */
        boolean startsAnOperation() {
            return type.equals("long") && !parameters.isEmpty() && last().equals("long");
        }

        String last() {
            return parameters.get(parameters.size() - 1);
        }

        List<String> sorted() {
            return parameters.stream().sorted().collect(Collectors.toList());
        }

        @Override
        public String toString() {
            return owner + '.' + name + parameters;
        }
    }

    @BeforeEach
    void read() throws IOException {
        String owner = "";
        for (final String line : Files.readAllLines(API)) {
            final Matcher method = METHOD.matcher(line);
            if (!line.startsWith(" ")) {
                owner = line;
            } else if (method.matches()) {
                all.add(new Signature(owner, method));
            }
        }
        assertThat(all.stream().filter(Signature::startsAnOperation)).hasSizeGreaterThan(30);
    }

    @Test
    void theTokenIsTheOnlyNumber() {
        for (final Signature method : all) {
            if (method.startsAnOperation()) {
                final int codes = WITH_A_CODE.contains(method.name) ? 1 : 0;
                final List<String> others = method.parameters.subList(codes, method.parameters.size() - 1);
                assertThat(others).as(method.toString()).doesNotContainAnyElementsOf(PRIMITIVES);
            }
        }
    }

    @Test
    void overloadsAreAFullFormOrOneWithADeadline() {
        final Map<String, List<Signature>> verbs = new HashMap<>();
        for (final Signature method : all) {
            if (method.startsAnOperation()) {
                verbs.computeIfAbsent(method.owner + method.name, verb -> new ArrayList<>()).add(method);
            }
        }
        for (final List<Signature> verb : verbs.values()) {
            assertThat(verb).as(verb.toString()).hasSizeLessThanOrEqualTo(2);
            for (final Signature method : verb) {
                final int deadline = method.parameters.indexOf("java.time.Duration");
                assertThat(deadline).as(method.toString()).isIn(-1, method.parameters.size() - 2);
            }
        }
    }

    @Test
    void noTwoOverloadsCompileWithTheSameArgumentsInAnotherOrder() {
        for (final Signature one : all) {
            assertThat(Collections.frequency(
                    all.stream().filter(other -> other.owner.equals(one.owner) && other.name.equals(one.name))
                            .map(Signature::sorted).collect(Collectors.toList()), one.sorted()))
                    .as(one.toString()).isEqualTo(1);
        }
    }
}
