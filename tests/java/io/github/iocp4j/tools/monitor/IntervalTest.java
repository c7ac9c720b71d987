package io.github.iocp4j.tools.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import io.github.iocp4j.internal.snapshot.PortCounter;
import io.github.iocp4j.internal.snapshot.SnapshotAccess;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rates, and the order of devices. */
final class IntervalTest {
    private static final long SECOND = 1_000_000_000;

    private final PortSnapshot before = port(5 * SECOND, 100,
            device(1, "c", 10, 5_000, 0), device(2, "b", 500, 0, 3), device(9, "gone", 1, 1, 1));
    private final PortSnapshot after = port(7 * SECOND, 300,
            device(1, "c", 110, 5_000, 0), device(2, "b", 510, 200, 3), device(3, "a", 8, 8_000, 1));

    @Test
    void ratesAreBySecondOfTheOtherProcess() {
        final Interval interval = new Interval(before, after);
        assertThat(interval.hasRates()).isTrue();
        assertThat(interval.perSecond(PortSnapshot::completions)).isEqualTo(100);
        assertThat(after.devices()).extracting(interval::operationsPerSecond).containsExactly(50.0, 5.0, 4.0);
        assertThat(after.devices()).extracting(interval::bytesPerSecond).containsExactly(0.0, 100.0, 4_000.0);
    }

    @Test
    void thereAreNoneAtFirstAndNoneBackwards() {
        assertThat(new Interval(null, after).hasRates()).isFalse();
        assertThat(new Interval(null, after).perSecond(PortSnapshot::completions)).isZero();
        assertThat(new Interval(after, after).hasRates()).isFalse();
        assertThat(new Interval(after, before).hasRates()).isFalse();
        assertThat(new Interval(before, port(8 * SECOND, 7)).perSecond(PortSnapshot::completions)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"rate,c b a,b c a", "bytes,a b c,a c b", "in-flight,b a c,b a c", "OPERATIONS,b c a,b c a",
        "name,a b c,a b c"})
    void devicesComeInOrder(final String order, final String withRates, final String without) {
        assertThat(names(Order.parse(order), new Interval(before, after))).isEqualTo(withRates);
        assertThat(names(Order.parse(order), new Interval(null, after))).isEqualTo(without);
    }

    @Test
    void anUnknownOrderIsRefused() {
        assertThatThrownBy(() -> Order.parse("size")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--sort is size, but must be one of rate, bytes, in-flight, operations, name");
    }

    private static String names(final Order order, final Interval interval) {
        return order.first(3, interval).stream().map(DeviceSnapshot::name).collect(Collectors.joining(" "));
    }

    private static PortSnapshot port(final long nanoTime, final long completions, final DeviceSnapshot... devices) {
        final long[] counters = new long[PortCounter.values().length];
        counters[PortCounter.COMPLETIONS.ordinal()] = completions;
        return SnapshotAccess.get().port("made up", PortState.OPEN, false, 1, nanoTime, counters, new long[0],
                Map.of(), List.of(), List.of(devices));
    }

    private static DeviceSnapshot device(
            final long key, final String name, final long completed, final long bytes, final int inFlight) {
        return SnapshotAccess.get().device(key, DeviceKind.PIPE, name, false, inFlight, 0, completed, 0, bytes);
    }
}
