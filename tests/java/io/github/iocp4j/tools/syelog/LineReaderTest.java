package io.github.iocp4j.tools.syelog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {
    @Test
    void splitsAtLineFeeds() throws IOException {
        assertThat(lines("")).isEmpty();
        assertThat(lines("a\n\nb\r\nc")).containsExactly("a", "", "b\r", "c");
        assertThat(lines("a\n")).containsExactly("a");
    }

    @Test
    void keepsNoMoreOfALineThanAMessageCanHold() throws IOException {
        assertThat(lines("x".repeat(100_000) + "\nnext")).containsExactly("x".repeat(4106), "next");
    }

    private static List<String> lines(final String input) throws IOException {
        final LineReader reader = new LineReader(new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)));
        final List<String> lines = new ArrayList<>();
        for (byte[] line = reader.next(); line != null; line = reader.next()) {
            lines.add(new String(line, StandardCharsets.ISO_8859_1));
        }
        return lines;
    }
}
