package io.github.iocp4j.monitoring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** Records events with Flight Recorder. */
final class Recordings {
    private Recordings() {
    }

    /** A recording with these events enabled, each at the beginning and the end of the recording. */
    static List<Map<String, Object>> record(final String... names) throws Exception {
        final Path file = Files.createTempFile("iocp4j", ".jfr");
        try (Recording recording = new Recording()) {
            for (final String name : names) {
                recording.enable(name).with("period", "everyChunk");
            }
            recording.start();
            recording.stop();
            recording.dump(file);
            return read(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Our events in a file. */
    static List<Map<String, Object>> read(final Path file) throws IOException {
        final List<Map<String, Object>> events = new ArrayList<>();
        for (final RecordedEvent event : RecordingFile.readAllEvents(file)) {
            if (event.getEventType().getName().startsWith("io.github.iocp4j.")) {
                events.add(fields(event));
            }
        }
        return events;
    }

    private static Map<String, Object> fields(final RecordedEvent event) {
        final Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event.getEventType().getName());
        for (final ValueDescriptor field : event.getFields()) {
            fields.put(field.getName(), event.getValue(field.getName()));
        }
        return fields;
    }
}
