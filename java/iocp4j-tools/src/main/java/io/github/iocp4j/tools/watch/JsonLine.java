package io.github.iocp4j.tools.watch;

import io.github.iocp4j.tools.terminal.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** A line for programs: a JSON object, its time in UTC. */
final class JsonLine implements LineFormat {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    @Override
    public String line(final Instant when, final String action, final String folder, final String path) {
        return new JsonObject().put("time", TIME.format(when)).put("action", action).put("directory", folder)
                .put("path", path).toString();
    }
}
