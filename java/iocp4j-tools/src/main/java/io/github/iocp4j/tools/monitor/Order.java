package io.github.iocp4j.tools.monitor;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingDouble;
import static java.util.Comparator.comparingLong;

import io.github.iocp4j.DeviceSnapshot;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The order of devices. */
enum Order {
    /** Most completed operations per second; without rates, most completed operations. */
    RATE("operations per second"),
    /** Most bytes per second; without rates, most bytes. */
    BYTES("bytes per second"),
    /** Most operations in flight. */
    IN_FLIGHT("operations in flight"),
    /** Most completed operations. */
    OPERATIONS("operations"),
    /** By name. */
    NAME("name");

    private final String text;

    Order(final String text) {
        this.text = text;
    }

    static Order parse(final String value) {
        for (final Order order : values()) {
            if (order.word().equals(value.toLowerCase(Locale.ROOT))) {
                return order;
            }
        }
        throw new IllegalArgumentException("--sort is " + value + ", but must be one of "
                + List.of(values()).stream().map(Order::word).collect(Collectors.joining(", ")));
    }

    /** The first devices in this order. */
    List<DeviceSnapshot> first(final int count, final Interval interval) {
        return interval.now().devices().stream().sorted(comparator(interval)).limit(count)
                .collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return text;
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Comparator<DeviceSnapshot> comparator(final Interval interval) {
        final Comparator<DeviceSnapshot> most = comparingLong(DeviceSnapshot::operationsCompleted).reversed();
        switch (this) {
            case RATE:
                return comparingDouble(interval::operationsPerSecond).reversed().thenComparing(most);
            case BYTES:
                return comparingDouble(interval::bytesPerSecond)
                        .thenComparingLong(DeviceSnapshot::bytes).reversed();
            case IN_FLIGHT:
                return comparingLong(DeviceSnapshot::operationsInFlight).reversed().thenComparing(most);
            case NAME:
                return comparing(DeviceSnapshot::name).thenComparingLong(DeviceSnapshot::key);
            default:
                return most;
        }
    }
}
