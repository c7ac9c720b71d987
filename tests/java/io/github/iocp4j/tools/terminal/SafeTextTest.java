package io.github.iocp4j.tools.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "", "plain text ~!", "C:\\a\\b", "größer", "\u00a0", "Ω 漢字", "\u2027\u202f", "\ud83d\ude00", "\udbff\udfff"
    })
    void passes(final String text) {
        assertThat(safe(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
    }

    // Not parameterized, because the name of a test must not contain these characters.
    @Test
    void escapes() {
        assertEscaped("two\nlines\r\n", "two\\nlines\\r\\n");
        assertEscaped("tab\tbell\u0007 null\0 delete\u007f", "tab\\tbell\\x07 null\\x00 delete\\x7f");
        assertEscaped("\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m");
        assertEscaped("C1 in UTF-8: \u00c2\u009b", "C1 in UTF-8: \\xc2\\x9b");
        assertEscaped("C1 as a byte: \u009b", "C1 as a byte: \\x9b");
        assertEscaped("line separator \u00e2\u0080\u00a8", "line separator \\xe2\\x80\\xa8");
        assertEscaped("from right to left \u00e2\u0080\u00ae", "from right to left \\xe2\\x80\\xae");
        assertEscaped("isolate \u00e2\u0081\u00a6", "isolate \\xe2\\x81\\xa6");
        assertEscaped("mark \u00e2\u0080\u008f", "mark \\xe2\\x80\\x8f");
        assertEscaped("Arabic mark \u00d8\u009c", "Arabic mark \\xd8\\x9c");
        assertEscaped("Latin-1 \u00e4.", "Latin-1 \\xe4.");
        assertEscaped("cut off \u00e2\u0082", "cut off \\xe2\\x82");
        assertEscaped("cut off \u00c3x", "cut off \\xc3x");
        assertEscaped("over-long \u00c0\u00af \u00e0\u0080\u00af", "over-long \\xc0\\xaf \\xe0\\x80\\xaf");
        assertEscaped("surrogate \u00ed\u00a0\u0080", "surrogate \\xed\\xa0\\x80");
        assertEscaped("beyond \u00f4\u0090\u0080\u0080", "beyond \\xf4\\x90\\x80\\x80");
        assertEscaped("never \u00fe\u00ff", "never \\xfe\\xff");
    }

    @Test
    void agreesWithTheJavaDecoderOnWhatIsWellFormed() {
        final Random random = new Random(1);
        for (int round = 0; round < 200_000; round++) {
            final byte[] bytes = new byte[1 + random.nextInt(4)];
            random.nextBytes(bytes);
            bytes[0] |= (byte) 0xc0;
            assertThat(Utf8.characterLength(ByteBuffer.wrap(bytes), 0, bytes.length) == bytes.length)
                    .isEqualTo(isOneCharacter(bytes));
        }
    }

    private static boolean isOneCharacter(final byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).codePoints().count() == 1;
        } catch (final CharacterCodingException malformed) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
    void neverCutsACharacterOrAnEscape(final int limit) {
        final String text = "aä\u001b\n漢x";
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final byte[] into = new byte[20];

        final int end = SafeText.copy(ByteBuffer.wrap(bytes), 0, bytes.length, into, 0, limit);

        assertThat(end).isLessThanOrEqualTo(limit);
        assertThat(new String(into, 0, end, StandardCharsets.UTF_8)).isIn("", "a", "aä", "aä\\x1b", "aä\\x1b\\n",
                "aä\\x1b\\n漢", "aä\\x1b\\n漢x");
        assertThat(into[limit]).as("the byte after the limit").isZero();
    }

    @Test
    void growsNoMoreThanItSays() {
        for (int b = 0; b < 256; b++) {
            final byte[] into = new byte[10];
            final ByteBuffer one = ByteBuffer.wrap(new byte[] {(byte) b});
            assertThat(SafeText.copy(one, 0, 1, into, 0, 10)).isBetween(1, SafeText.GROWTH);
        }
    }

    /** Takes its input as bytes, given as the characters U+0000 to U+00FF. */
    private static void assertEscaped(final String latin1, final String expected) {
        assertThat(safe(latin1.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(expected);
    }

    private static String safe(final byte[] bytes) {
        // What lies before and after must not be looked at.
        final ByteBuffer direct =
                ByteBuffer.allocateDirect(bytes.length + 2).put((byte) 0xc3).put(bytes).put((byte) 0xa4);
        final byte[] into = new byte[bytes.length * SafeText.GROWTH + 1];
        final int end = SafeText.copy(direct, 1, bytes.length + 1, into, 1, into.length);
        return new String(into, 1, end - 1, StandardCharsets.UTF_8);
    }
}
