package io.github.iocp4j.tools.monitor;

import io.github.iocp4j.monitoring.PortFigures;
import io.github.iocp4j.monitoring.PortFigures.DeviceFigures;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The time between two looks at a port, by the clock of the port's process, and what has been done in it. */
final class Interval {
    private static final double NANOS = 1e9;

    private final PortFigures before;
    private final PortFigures now;
    private final Map<Long, DeviceFigures> devicesBefore = new HashMap<>();
    private final double seconds;

    /**
     * Makes an interval.
     *
     * @param before the look before; null for none, and then there are no rates
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

    /** Whether time has passed, so that there are rates; they are 0 else. */
    boolean hasRates() {
        return seconds > 0;
    }

    /** By how much the port's number has grown. */
    double perSecond(final ToLongFunction<PortFigures> number) {
        return hasRates() ? rate(number.applyAsLong(before), number.applyAsLong(now)) : 0;
    }

    double operationsPerSecond(final DeviceFigures device) {
        return perSecond(device, DeviceFigures::getOperationsCompleted);
    }

    double bytesPerSecond(final DeviceFigures device) {
        return perSecond(device, DeviceFigures::getBytes);
    }

    /** A device that was not there before has begun with nothing. */
    private double perSecond(final DeviceFigures device, final ToLongFunction<DeviceFigures> number) {
        final DeviceFigures earlier = devicesBefore.get(device.getKey());
        return hasRates() ? rate(earlier == null ? 0 : number.applyAsLong(earlier), number.applyAsLong(device)) : 0;
    }

    /** Whoever tells less than before tells nonsense. */
    private double rate(final long from, final long to) {
        return Math.max(0, to - from) / seconds;
    }
}
