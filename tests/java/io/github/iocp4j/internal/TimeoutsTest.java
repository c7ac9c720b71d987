package io.github.iocp4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Durations become milliseconds for Win32. */
final class TimeoutsTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S,0", "PT0.000000001S,1", "PT0.001S,1", "PT0.001000001S,2", "PT1S,1000", "PT2147482S,2147482000",
        "PT2147482.999999999S,2147483000", "PT2147483S,2147483647", "PT2147483.647S,2147483647",
        "PT2147484S,2147483647", "PT9223372036854775807S,2147483647"})
    void areRoundedUpAndCapped(final Duration timeout, final int milliseconds) {
        assertThat(Timeouts.milliseconds(timeout)).isEqualTo(milliseconds);
    }

    @Test
    void areNeverNegative() {
        assertThatThrownBy(() -> Timeouts.milliseconds(Duration.ofNanos(-1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("negative");
    }

    @Test
    void areRequired() {
        assertThatThrownBy(() -> Timeouts.milliseconds(null)).isInstanceOf(NullPointerException.class);
    }
}
