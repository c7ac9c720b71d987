package io.github.iocp4j.tools.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewlineInputStreamTest {
    @ParameterizedTest
    @CsvSource({"lf, 'a|\n||\n|b'", "CR, 'a|\r||\r|b'", "crlf, 'a|\r\n||\r\n|b'"})
    void replacesLineFeeds(final String newline, final String expected) throws Exception {
        final String text = new String(read("a\n\nb", newline).readAllBytes(), StandardCharsets.ISO_8859_1);

        assertThat(text).isEqualTo(expected.replace("|", ""));
    }

    @Test
    void leavesAllOtherBytes() throws Exception {
        final byte[] all = new byte[20_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i % 256 == '\n' ? '-' : i);
        }

        assertThat(new NewlineInputStream(new ByteArrayInputStream(all), Newline.CRLF).readAllBytes()).isEqualTo(all);
    }

    @Test
    void readsByteByByte() throws Exception {
        final InputStream stream = read("\n\u00ff", "crlf");

        assertThat(new int[] {stream.read(), stream.read(), stream.read(), stream.read()})
                .containsExactly('\r', '\n', 0xff, -1);
    }

    @Test
    void namesWhatNewlinesThereAre() {
        assertThatThrownBy(() -> Newline.parse("dos")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--newline is dos, but must be lf, cr or crlf");
    }

    private static InputStream read(final String text, final String newline) {
        return new NewlineInputStream(
                new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)), Newline.parse(newline));
    }
}
