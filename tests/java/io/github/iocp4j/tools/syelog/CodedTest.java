package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodedTest {
    @ParameterizedTest
    @CsvSource({"user, 60", "USER, 60", "Local9, 79", "50, 50", "0x10, 10", "0XfF, ff", "7, 7"})
    void facilityIsANameOrANumber(final String text, final String hex) {
        assertThat(Coded.parse(Facility.values(), text)).isEqualTo(Integer.parseInt(hex, 16));
    }

    @ParameterizedTest
    @CsvSource({"audit_fail, 66", "Fatal, 0", "debug, 70"})
    void severityIsANameOrANumber(final String text, final String hex) {
        assertThat(Coded.parse(Severity.values(), text)).isEqualTo(Integer.parseInt(hex, 16));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "usr", "100", "-1", "0x", "0x100", "g0"})
    void anythingElseIsRefusedWithTheChoice(final String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Coded.parse(Severity.values(), text))
                .withMessageContaining("fatal, alert").withMessageContaining('"' + text + '"');
    }
}
