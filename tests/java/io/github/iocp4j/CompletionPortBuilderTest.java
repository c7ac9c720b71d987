package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings out of range are refused at once; the message has the setting and its range. */
final class CompletionPortBuilderTest {
    private final CompletionPort.Builder builder = CompletionPort.builder(batch -> { });

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1025, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesAbsurdNumbersOfThreads(final int threads) {
        assertThatThrownBy(() -> builder.workers(threads)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("workers is " + threads + ", but must be from 1 to 1024");
        assertThatThrownBy(() -> builder.concurrency(threads)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("concurrency is " + threads + ", but must be from 1 to 1024");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 4097, Integer.MAX_VALUE})
    void refusesAbsurdBatches(final int completions) {
        assertThatThrownBy(() -> builder.batch(completions)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("batch is " + completions + ", but must be from 1 to 4096");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 16_777_217, Integer.MAX_VALUE})
    void refusesAbsurdCeilings(final int operations) {
        assertThatThrownBy(() -> builder.operations(operations)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("operations is " + operations + ", but must be from 1 to 16777216");
    }

    @Test
    void refusesANegativeTimeout() {
        assertThatThrownBy(() -> builder.closeTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesNothingInPlaceOfSomething() {
        assertThatThrownBy(() -> CompletionPort.builder(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.name(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.exceptionHandler(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.closeTimeout(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void takesTheLimitsThemselves() {
        assertThat(builder.workers(1).workers(1024).concurrency(1).concurrency(1024).batch(1).batch(4096)
                .operations(1).operations(1 << 24).closeTimeout(Duration.ZERO)).isSameAs(builder);
    }
}
