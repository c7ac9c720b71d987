package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports in Flight Recorder. What mentions it is in {@link Recordings}, which not every JVM can load. */
@Timeout(300)
final class PortEventsTest {
    private static final String PORT = "io.github.iocp4j.Port";
    private static final String DEVICE = "io.github.iocp4j.Device";

    @Test
    void aRecordingHasThePortAndItsDevices() throws Exception {
        assumeFlightRecorder();
        try (BusyPort busy = new BusyPort("recorded"); PortEvents events = PortEvents.register(busy.port())) {
            assertThat(events).isNotNull();
            final List<Map<String, Object>> recorded = Recordings.record(PORT, DEVICE);

            assertThat(recorded).filteredOn(event -> event.get("event").equals(PORT)).isNotEmpty()
                    .allSatisfy(event -> assertThat(event).containsEntry("name", "recorded")
                            .containsEntry("operationsInFlight", BusyPort.LISTENING).containsEntry("completions", 4L)
                            .containsEntry("failures", 1L).containsEntry("workersWaiting", 2)
                            .containsEntry("bytes", 2L * BusyPort.WRITTEN).containsEntry("devices", BusyPort.DEVICES));
            assertThat(recorded).filteredOn(event -> event.get("event").equals(DEVICE)).isNotEmpty()
                    .allSatisfy(event -> assertThat(event).containsEntry("port", "recorded"))
                    .anySatisfy(event -> assertThat(event)
                            .containsEntry("key", busy.server().key()).containsEntry("kind", "PIPE_SERVER")
                            .containsEntry("name", busy.server().name())
                            .containsEntry("operationsInFlight", BusyPort.LISTENING));
        }
    }

    @Test
    void figuresBecomeEvents() throws Exception {
        assumeFlightRecorder();
        final PortFigures port = MadeUpFigures.figures();
        try (PortEvents events = PortEvents.register(() -> port)) {
            assertThat(events).isNotNull();
            assertThat(Recordings.record(PORT)).isNotEmpty()
                    .allSatisfy(event -> assertThat(event).containsEntry("event", PORT)
                            .containsEntry("name", MadeUpFigures.NAME).containsEntry("closing", false)
                            .containsEntry("queuedPackets", -1)
                            .containsEntry("failures", MadeUpFigures.FAILURES)
                            .containsEntry("workersInListener", 1).containsEntry("workersWaiting", 1)
                            .containsEntry("longestInListener", MadeUpFigures.MILLIS)
                            .containsEntry("bytes", MadeUpFigures.counter(13)));
            assertThat(Recordings.record(DEVICE)).isNotEmpty()
                    .allSatisfy(event -> assertThat(event).containsEntry("event", DEVICE)
                            .containsEntry("port", MadeUpFigures.NAME).containsEntry("name", MadeUpFigures.DEVICE)
                            .containsEntry("kind", "FILE").containsEntry("closing", true));
        }
        assertThat(Recordings.record(PORT, DEVICE)).as("registered no more").isEmpty();
    }

    @Test
    void nothingIsRecordedUnlessAskedFor() throws Exception {
        assumeFlightRecorder();
        final PortFigures port = MadeUpFigures.figures();
        try (PortEvents events = PortEvents.register(() -> port)) {
            assertThat(events).isNotNull();
            assertThat(Recordings.record()).isEmpty();
        }
    }

    @Test
    void withoutFlightRecorderItIsRefused() throws Exception {
        assumeTrue(!PortEvents.isAvailable(), "this JVM has Flight Recorder");
        try (BusyPort busy = new BusyPort("not recorded")) {
            assertThatThrownBy(() -> PortEvents.register(busy.port()))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("jdk.jfr");
        }
    }

    private static void assumeFlightRecorder() {
        assumeTrue(PortEvents.isAvailable(), "this JVM has no Flight Recorder (jdk.jfr)");
    }
}
