package io.github.iocp4j.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogProofTest {
    private static final String NOTICE = "20261122052203802 ---- --.60: Client closed pipe.";

    private final LogProof proof = new LogProof(Map.of("a", 3, "b", 2));

    @Test
    void acceptsEachMessageOnceInTheOrderOfItsClient() {
        assertThat(problems(
                line("a", 1, 3), line("b", 1, 2), NOTICE, line("b", 2, 2), line("a", 2, 3), line("a", 3, 3))).isEmpty();
    }

    @Test
    void seesWhatIsMissing() {
        assertThat(problems(line("a", 1, 3), line("a", 3, 3), line("b", 1, 2), line("b", 2, 2)))
                .containsExactly("a: message 3 where message 2 was due");
        assertThat(new LogProof(Map.of("c", 1)).problems()).containsExactly("c: ends with message 0 of 1");
    }

    @Test
    void seesMissingEnds() {
        assertThat(problems(line("a", 1, 3), line("a", 2, 3), line("b", 1, 2), line("b", 2, 2)))
                .containsExactly("a: ends with message 2 of 3");
    }

    @Test
    void seesWhatIsThereTwice() {
        assertThat(problems(line("b", 1, 2), line("b", 2, 2), line("b", 2, 2)))
                .contains("b: message 2 where message 3 was due");
    }

    @Test
    void seesWhatIsOutOfOrder() {
        assertThat(problems(line("b", 2, 2), line("b", 1, 2))).contains("b: message 2 where message 1 was due");
    }

    @Test
    void seesWhatIsForeign() {
        final List<String> foreign = List.of(line("c", 1, 1), "", "rubbish", line("a", 1, 3) + line("a", 2, 3));
        assertThat(problems(foreign.toArray(new String[0]))).containsAll(
                List.of("not a line of any client: ", "not a line of any client: rubbish"))
                .filteredOn(problem -> problem.startsWith("not a line of any client: ")).hasSize(4);
    }

    private List<String> problems(final String... lines) {
        for (final String line : lines) {
            proof.add(line);
        }
        return proof.problems();
    }

    private static String line(final String ident, final int number, final int count) {
        return "20261122052203802 1740 50.60: " + ident + ": Hello World! [" + number + " of " + count + "]";
    }
}
