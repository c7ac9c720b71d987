package io.github.iocp4j.monitoring;

import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.PortState;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import jdk.jfr.FlightRecorder;

/** The registered ports; Flight Recorder calls back for their events. Only a JVM with Flight Recorder can load it. */
final class FlightEvents {
    private static final Set<Supplier<PortSnapshot>> PORTS = ConcurrentHashMap.newKeySet();
    private static final Runnable COMMIT_PORTS = FlightEvents::commitPorts;
    private static final Runnable COMMIT_DEVICES = FlightEvents::commitDevices;

    private FlightEvents() {
    }

    static boolean isAvailable() {
        return FlightRecorder.isAvailable();
    }

    static synchronized void add(final Supplier<PortSnapshot> port) {
        if (PORTS.isEmpty()) {
            FlightRecorder.addPeriodicEvent(PortEvent.class, COMMIT_PORTS);
            FlightRecorder.addPeriodicEvent(DeviceEvent.class, COMMIT_DEVICES);
        }
        PORTS.add(port);
    }

    static synchronized void remove(final Supplier<PortSnapshot> port) {
        if (PORTS.remove(port) && PORTS.isEmpty()) {
            FlightRecorder.removePeriodicEvent(COMMIT_PORTS);
            FlightRecorder.removePeriodicEvent(COMMIT_DEVICES);
        }
    }

    private static void commitPorts() {
        for (final Supplier<PortSnapshot> port : PORTS) {
            final PortSnapshot snapshot = port.get();
            if (snapshot.state() != PortState.CLOSED) {
                new PortEvent(snapshot).commit();
            }
        }
    }

    private static void commitDevices() {
        for (final Supplier<PortSnapshot> port : PORTS) {
            final PortSnapshot snapshot = port.get();
            for (final DeviceSnapshot device : snapshot.devices()) {
                new DeviceEvent(snapshot, device).commit();
            }
        }
    }
}
