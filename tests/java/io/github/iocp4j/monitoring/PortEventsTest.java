package io.github.iocp4j.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.fixtures.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ports in Flight Recorder. Code that uses Flight Recorder is in {@link Recordings}, which not every JVM can load. */
@Tag("newer-jvm")
@Timeout(300)
final class PortEventsTest {
    private static final String PORT = "io.github.iocp4j.Port";
    private static final String MODULE = "io.github.iocp4j.monitoring";
    private static final String DEVICE = "io.github.iocp4j.Device";

    @Test
    void aRecordingHasThePortAndItsDevices() throws Exception {
        assumeFlightRecorder();
        try (BusyPort busy = new BusyPort("recorded"); PortEvents events = PortEvents.register(busy.port())) {
            assertThat(events).isNotNull();

            final List<Map<String, Object>> recorded = Recordings.record(PORT, DEVICE);

            hasTheBusyPort(recorded, busy.server().name());
            assertThat(recorded).anySatisfy(event -> assertThat(event).containsEntry("key", busy.server().key()));
        }
    }

    /** What README says: a recording that the command line starts, of a program that knows nothing of it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRecordingOfTheCommandLineHasThem(final boolean module, @TempDir final Path folder) throws Exception {
        assumeFlightRecorder();
        assumeTrue(ChildJvm.VERSION >= 17, "JVMs before 17 read settings of events only from files");
        final Path file = folder.resolve("port.jfr");
        final List<String> arguments = new ArrayList<>(List.of("-Xlog:disable", "-XX:StartFlightRecording:filename="
                + file + ",+" + PORT + "#enabled=true,+" + PORT + "#period=everyChunk,+" + DEVICE + "#enabled=true,+"
                + DEVICE + "#period=everyChunk"));
        if (module) {
            final Path jar = Path.of(System.getProperty("iocp4j.tests.jar", ""));
            final Path monitoring = Path.of(System.getProperty("iocp4j.tests.monitoring.jar", ""));
            assumeTrue(Files.exists(jar) && Files.exists(monitoring), "the phase package makes the jars");
            arguments.addAll(List.of("-p", jar + File.pathSeparator + monitoring, "--add-modules", "jdk.jfr",
                    "--patch-module", MODULE + "=" + probes(folder),
                    "-m", MODULE + "/" + RecordingProbe.class.getName()));
        } else {
            arguments.addAll(List.of("-cp", System.getProperty("java.class.path"), RecordingProbe.class.getName()));
        }

        final ChildJvm jvm = ChildJvm.run(arguments);

        assertThat(jvm.exitCode()).as(jvm.toString()).isZero();
        hasTheBusyPort(Recordings.read(file), jvm.output());
    }

    /** A copy of the test classes of this package only: the others belong to another module. */
    private static Path probes(final Path folder) throws IOException {
        final Path packageFolder = Path.of("io", "github", "iocp4j", "monitoring");
        final Path copies = Files.createDirectories(folder.resolve("probes").resolve(packageFolder));
        try (DirectoryStream<Path> classes = Files.newDirectoryStream(
                Path.of("target", "test-classes").resolve(packageFolder), "{BusyPort,RecordingProbe}*.class")) {
            for (final Path each : classes) {
                Files.copy(each, copies.resolve(each.getFileName()));
            }
        }
        return folder.resolve("probes");
    }

    private static void hasTheBusyPort(final List<Map<String, Object>> recorded, final String server) {
        assertThat(recorded).filteredOn(event -> event.get("event").equals(PORT)).isNotEmpty()
                .allSatisfy(event -> assertThat(event).containsEntry("name", "recorded")
                        .containsEntry("operationsInFlight", BusyPort.LISTENING).containsEntry("completions", 4L)
                        .containsEntry("operationsAccepted", 4L + BusyPort.LISTENING)
                        .containsEntry("operationsCompleted", 4L)
                        .containsEntry("failures", 1L).containsEntry("workersWaiting", 2)
                        .containsEntry("bytes", 2L * BusyPort.WRITTEN).containsEntry("devices", BusyPort.DEVICES));
        assertThat(recorded).filteredOn(event -> event.get("event").equals(DEVICE)).isNotEmpty()
                .allSatisfy(event -> assertThat(event).containsEntry("port", "recorded"))
                .anySatisfy(event -> assertThat(event).containsEntry("kind", "PIPE_SERVER")
                        .containsEntry("name", server).containsEntry("operationsInFlight", BusyPort.LISTENING));
    }

    @Test
    void figuresBecomeEvents() throws Exception {
        assumeFlightRecorder();
        final PortSnapshot port = MadeUpSnapshot.snapshot();
        try (PortEvents events = PortEvents.register(() -> port)) {
            assertThat(events).isNotNull();
            assertThat(Recordings.record(PORT)).isNotEmpty()
                    .allSatisfy(event -> assertThat(event).containsEntry("event", PORT)
                            .containsEntry("name", MadeUpSnapshot.NAME).containsEntry("closing", false)
                            .containsEntry("queuedPackets", -1)
                            .containsEntry("failures", MadeUpSnapshot.FAILURES)
                            .containsEntry("workersInListener", 1).containsEntry("workersWaiting", 1)
                            .containsEntry("longestInListener", MadeUpSnapshot.MILLIS)
                            .containsEntry("bytes", MadeUpSnapshot.counter(13)));
            assertThat(Recordings.record(DEVICE)).isNotEmpty()
                    .allSatisfy(event -> assertThat(event).containsEntry("event", DEVICE)
                            .containsEntry("port", MadeUpSnapshot.NAME).containsEntry("name", MadeUpSnapshot.DEVICE)
                            .containsEntry("kind", "FILE").containsEntry("closing", true));
        }
        assertThat(Recordings.record(PORT, DEVICE)).as("registered no more").isEmpty();
    }

    @Test
    void nothingIsRecordedUnlessAskedFor() throws Exception {
        assumeFlightRecorder();
        final PortSnapshot port = MadeUpSnapshot.snapshot();
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
