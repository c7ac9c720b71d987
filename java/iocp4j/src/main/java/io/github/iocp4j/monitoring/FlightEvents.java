package io.github.iocp4j.monitoring;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;

/** What only a JVM with Flight Recorder can load: the ports whose events it is told when it asks. */
final class FlightEvents {
    private static final Set<Supplier<PortFigures>> PORTS = ConcurrentHashMap.newKeySet();
    private static final Runnable TELL_PORTS = FlightEvents::tellPorts;
    private static final Runnable TELL_DEVICES = FlightEvents::tellDevices;

    private FlightEvents() {
    }

    static boolean isAvailable() {
        return FlightRecorder.isAvailable();
    }

    static synchronized void add(final Supplier<PortFigures> port) {
        if (PORTS.isEmpty()) {
            FlightRecorder.addPeriodicEvent(PortEvent.class, TELL_PORTS);
            FlightRecorder.addPeriodicEvent(DeviceEvent.class, TELL_DEVICES);
        }
        PORTS.add(port);
    }

    static synchronized void remove(final Supplier<PortFigures> port) {
        if (PORTS.remove(port) && PORTS.isEmpty()) {
            FlightRecorder.removePeriodicEvent(TELL_PORTS);
            FlightRecorder.removePeriodicEvent(TELL_DEVICES);
        }
    }

    private static void tellPorts() {
        for (final Supplier<PortFigures> port : PORTS) {
            final PortFigures figures = port.get();
            if (figures.getState() != PortState.CLOSED) {
                new PortEvent(figures).commit();
            }
        }
    }

    private static void tellDevices() {
        for (final Supplier<PortFigures> port : PORTS) {
            final PortFigures figures = port.get();
            for (final PortFigures.DeviceFigures device : figures.getDevices()) {
                new DeviceEvent(figures, device).commit();
            }
        }
    }
}
