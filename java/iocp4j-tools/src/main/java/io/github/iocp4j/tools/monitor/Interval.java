package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.monitoring.PortFigures;
import io.github.iocp4j.monitoring.PortFigures.DeviceFigures;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The time between two snapshots of a port, by the clock of the port's process, and the work done in it. */
final class Interval {
    private static final double NANOS = 1e9;

    private final PortFigures before;
    private final PortFigures now;
    private final Map<Long, DeviceFigures> devicesBefore = new HashMap<>();
    private final double seconds;

    /**
     * Creates an interval.
     *
     * @param before the previous snapshot; null for none, then there are no rates
     */
    Interval(final PortFigures before, final PortFigures now) {
        this.before = before;
        this.now = now;
        seconds = before == null ? 0 : (now.getNanoTime() - before.getNanoTime()) / NANOS;
        if (before != null) {
            before.getDevices().forEach(device -> devicesBefore.put(device.getKey(), device));
        }
    }

    PortFigures now() {
        return now;
    }

    /** Whether time has passed, so that there are rates; otherwise they are 0. */
    boolean hasRates() {
        return seconds > 0;
    }

    /** The growth of one of the port's numbers. */
    double perSecond(final ToLongFunction<PortFigures> number) {
        return hasRates() ? rate(number.applyAsLong(before), number.applyAsLong(now)) : 0;
    }

    double operationsPerSecond(final DeviceFigures device) {
        return perSecond(device, DeviceFigures::getOperationsCompleted);
    }

    double bytesPerSecond(final DeviceFigures device) {
        return perSecond(device, DeviceFigures::getBytes);
    }

    /** A new device has started at 0. */
    private double perSecond(final DeviceFigures device, final ToLongFunction<DeviceFigures> number) {
        final DeviceFigures earlier = devicesBefore.get(device.getKey());
        return hasRates() ? rate(earlier == null ? 0 : number.applyAsLong(earlier), number.applyAsLong(device)) : 0;
    }

    /** A counter that has decreased is invalid. */
    private double rate(final long from, final long to) {
        return Math.max(0, to - from) / seconds;
    }
}
