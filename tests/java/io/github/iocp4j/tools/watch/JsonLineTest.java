package io.github.iocp4j.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** Lines for programs and for people, also for malicious names. */
final class JsonLineTest {
    private static final Instant TIME = Instant.parse("2026-11-22T05:22:03.802Z");
    private static final String EVIL = "a\"b\\c\n\u001b[31m\u007f\u009b\u2028\u202e\u2066\ud83d.";

    @Test
    void isOneObject() {
        assertThat(new JsonLine().line(TIME, "added", "C:\\x", "C:\\x\\größer \ud83d\ude00"))
                .isEqualTo("{\"time\":\"2026-11-22T05:22:03.802Z\",\"action\":\"added\",\"directory\":\"C:\\\\x\","
                        + "\"path\":\"C:\\\\x\\\\größer \ud83d\ude00\"}");
    }

    @Test
    void reportsWholeMillisecondsAlways() {
        assertThat(new JsonLine().line(Instant.EPOCH, "added", "x", "y")).contains("\"1970-01-01T00:00:00.000Z\"");
    }

    @Test
    void aLineForPeopleStaysOnItsLine() {
        final TextLine lines = new TextLine(ZoneOffset.UTC);
        assertThat(lines.line(TIME, "renamed-from", "C:\\x", "C:\\x\\b"))
                .isEqualTo("2026-11-22 05:22:03.802 renamed-from C:\\x\\b");
        assertThat(lines.line(TIME, "added", "x", EVIL)).isEqualTo("2026-11-22 05:22:03.802 added        "
                + "a\"b\\c\\n\\x1b[31m\\x7f\\xc2\\x9b\\xe2\\x80\\xa8\\xe2\\x80\\xae\\xe2\\x81\\xa6?.");
    }
}
