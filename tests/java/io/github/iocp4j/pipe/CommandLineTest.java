package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Quoting. {@link ChildProcessTest} lets Windows split what this class tests. */
final class CommandLineTest {
    @Test
    void quotesWhatNeedsIt() {
        assertQuoted("word", "word");
        assertQuoted("two words", "\"two words\"");
        assertQuoted("", "\"\"");
        assertQuoted("say \"hi\"", "\"say \\\"hi\\\"\"");
        assertQuoted("\"", "\"\\\"\"");
        assertQuoted("C:\\dir\\", "C:\\dir\\");
        assertQuoted("C:\\my dir\\", "\"C:\\my dir\\\\\"");
        assertQuoted("a\\\\\"b", "\"a\\\\\\\\\\\"b\"");
        assertQuoted("a\\b c", "\"a\\b c\"");
        assertQuoted("tab\tinside", "\"tab\tinside\"");
        assertQuoted("line\ninside", "\"line\ninside\"");
        assertQuoted("%PATH%&|<>^", "%PATH%&|<>^");
    }

    private static void assertQuoted(final String word, final String expected) {
        assertThat(CommandLine.of(List.of("program", word, "last"))).isEqualTo("program " + expected + " last");
    }

    @Test
    void quotesAProgramWithSpaces() {
        assertThat(CommandLine.of(List.of("C:\\Program Files\\x.exe", "a")))
                .isEqualTo("\"C:\\Program Files\\x.exe\" a");
        assertThat(CommandLine.of(List.of("x"))).isEqualTo("x");
    }

    @Test
    void refusesWhatIsNoCommand() {
        refuses("The command is empty");
        refuses("cannot be empty", "");
        refuses("cannot be empty", " ");
        refuses("or contain a quote", "pro\"gram");
        refuses("NUL at index 3", "pro\0gram");
        refuses("NUL at index 10", "program", "a\0b");
        assertThatThrownBy(() -> CommandLine.of(Arrays.asList("program", null)))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> CommandLine.check(" ")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is empty");
        assertThatThrownBy(() -> CommandLine.check("a\0b")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hasTheLengthThatWindowsAccepts() {
        final String most = "a".repeat(CommandLine.MAX_LENGTH);
        assertThat(CommandLine.check(most)).isEqualTo(most);
        assertThatThrownBy(() -> CommandLine.check(most + 'a')).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("32767 characters").hasMessageContaining("32766 at most");
        refuses("standard input", "program", most);
    }

    /** As cmd.exe would run other commands that an argument contains. */
    @ParameterizedTest
    @ValueSource(strings = {"x.bat", "C:\\dir\\X.CMD", "x.bat.", "x.Bat . .", "dir/x.cmd"})
    void refusesABatchFile(final String program) {
        refuses("is a batch file", program, "\"&calc.exe");
    }

    @ParameterizedTest
    @CsvSource({"program a b, program", "'  program', program", "'\"C:\\a b\\c.exe\" secret', C:\\a b\\c.exe",
        "'\"open', open", "p, p"})
    void findsTheProgramForAMessage(final String line, final String program) {
        assertThat(CommandLine.program(line)).isEqualTo(program);
    }

    private static void refuses(final String why, final String... words) {
        assertThatThrownBy(() -> CommandLine.of(List.of(words))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
