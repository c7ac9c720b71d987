package io.github.iocp4j.tools.watch;

import io.github.iocp4j.tools.terminal.SafeText;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** A line for programs: a JSON object, its time in UTC. */
final class JsonLine implements LineFormat {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    @Override
    public String line(final Instant when, final String action, final String folder, final String path) {
        return "{\"time\":" + quoted(TIME.format(when)) + ",\"action\":" + quoted(action)
                + ",\"directory\":" + quoted(folder) + ",\"path\":" + quoted(path) + '}';
    }

    /** As a JSON string; characters that cannot be shown, and halves of characters, are written as {@code \\uXXXX}. */
    static String quoted(final String text) {
        final StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(codePoint -> {
            if (codePoint == '"' || codePoint == '\\') {
                json.append('\\').append((char) codePoint);
            } else if (SafeText.isHarmless(codePoint) && !isSurrogate(codePoint)) {
                json.appendCodePoint(codePoint);
            } else {
                json.append(String.format("\\u%04x", codePoint));
            }
        });
        return json.append('"').toString();
    }

    private static boolean isSurrogate(final int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
