package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import java.util.function.Supplier;

/**
 * Lets JDK Flight Recorder record a port: periodic events
 * {@code io.github.iocp4j.Port}, one for the port, and {@code io.github.iocp4j.Device}, one for each of its devices.
 *
 * <p>Both are off by default, and then cost nothing. The settings of a recording enable them: {@code new
 * Recording().enable("io.github.iocp4j.Port").withPeriod(Duration.ofSeconds(1))}, or in a file of settings
 * {@code <event name="io.github.iocp4j.Port"><setting name="enabled">true</setting></event>}, or, from JDK 17 on, on
 * the command line {@code -XX:StartFlightRecording:+io.github.iocp4j.Port#enabled=true}. The event of the port is
 * recorded once in each period, by default every second; those of its devices, every ten seconds. A closed port has no
 * events.
 */
public final class PortEvents implements AutoCloseable {
    private final Supplier<PortSnapshot> port;

    private PortEvents(final Supplier<PortSnapshot> port) {
        this.port = port;
    }

    /**
     * Whether this JVM has Flight Recorder, which is in the module {@code jdk.jfr}.
     *
     * @return false in a run-time image without this module, and in a modular program that does not require it
     */
    public static boolean isAvailable() {
        return Availability.of("jdk.jfr.FlightRecorder") && FlightEvents.isAvailable();
    }

    /**
     * Registers a port. A port that is registered twice has two events in each period.
     *
     * @param port the port
     * @return the registration
     * @throws UnsupportedOperationException when this JVM has no Flight Recorder
     * @throws io.github.iocp4j.PortClosedException when the port is closed
     */
    public static PortEvents register(final CompletionPort port) {
        return register(new PortView(port)::now);
    }

    static PortEvents register(final Supplier<PortSnapshot> port) {
        if (!isAvailable()) {
            throw new UnsupportedOperationException("This JVM has no Flight Recorder: add the module jdk.jfr");
        }
        final PortEvents events = new PortEvents(port);
        FlightEvents.add(events.port);
        return events;
    }

    /** Takes the port away from Flight Recorder. Closing twice is harmless. */
    @Override
    public void close() {
        FlightEvents.remove(port);
    }
}
