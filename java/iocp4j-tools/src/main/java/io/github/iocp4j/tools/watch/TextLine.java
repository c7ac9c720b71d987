package io.github.iocp4j.tools.watch;

import io.github.iocp4j.tools.terminal.SafeText;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** A line for people: local time, action, path. */
final class TextLine implements LineFormat {
    private static final int ACTION_WIDTH = "renamed-from ".length();

    private final DateTimeFormatter time;

    TextLine(final ZoneId zone) {
        time = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(zone);
    }

    @Override
    public String line(final Instant when, final String action, final String folder, final String path) {
        return time.format(when) + ' ' + action + " ".repeat(ACTION_WIDTH - action.length()) + SafeText.of(path);
    }
}
