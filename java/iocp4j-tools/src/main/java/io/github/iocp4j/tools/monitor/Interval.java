package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The time between two snapshots of a port, by the clock of the port's process, and the work done in it. */
final class Interval {
    private static final double NANOS = 1e9;

    private final PortSnapshot before;
    private final PortSnapshot now;
    private final Map<Long, DeviceSnapshot> devicesBefore = new HashMap<>();
    private final double seconds;

    /**
     * Creates an interval.
     *
     * @param before the previous snapshot; null for none, then there are no rates
     */
    Interval(final PortSnapshot before, final PortSnapshot now) {
        this.before = before;
        this.now = now;
        seconds = before == null ? 0 : (now.nanoTime() - before.nanoTime()) / NANOS;
        if (before != null) {
            before.devices().forEach(device -> devicesBefore.put(device.key(), device));
        }
    }

    PortSnapshot now() {
        return now;
    }

    /** Whether time has passed, so that there are rates; otherwise they are 0. */
    boolean hasRates() {
        return seconds > 0;
    }

    /** The growth of one of the port's numbers. */
    double perSecond(final ToLongFunction<PortSnapshot> number) {
        return hasRates() ? rate(number.applyAsLong(before), number.applyAsLong(now)) : 0;
    }

    double operationsPerSecond(final DeviceSnapshot device) {
        return perSecond(device, DeviceSnapshot::operationsCompleted);
    }

    double bytesPerSecond(final DeviceSnapshot device) {
        return perSecond(device, DeviceSnapshot::bytes);
    }

    /** A new device has started at 0. */
    private double perSecond(final DeviceSnapshot device, final ToLongFunction<DeviceSnapshot> number) {
        final DeviceSnapshot earlier = devicesBefore.get(device.key());
        return hasRates() ? rate(earlier == null ? 0 : number.applyAsLong(earlier), number.applyAsLong(device)) : 0;
    }

    /** A counter that has decreased is invalid. */
    private double rate(final long from, final long to) {
        return Math.max(0, to - from) / seconds;
    }
}
