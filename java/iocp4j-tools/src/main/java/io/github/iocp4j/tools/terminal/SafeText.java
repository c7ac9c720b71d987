package io.github.iocp4j.tools.terminal;

import static java.util.stream.Collectors.joining;

import io.github.iocp4j.internal.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Copies text so that it is safe to show: it stays on its line and contains no commands for a terminal.
 *
 * <p>Printable ASCII and well-formed UTF-8 pass. Control characters of either set, line and paragraph separators,
 * characters that change the direction of text, and bytes that are not UTF-8 are written as {@code \n}, {@code \r},
 * {@code \t} or {@code \xNN}.
 */
public final class SafeText {
    /** The maximum number of bytes that one byte becomes. */
    public static final int GROWTH = 4;

    private SafeText() {
    }

    /**
     * Copies as many whole characters as fit.
     *
     * @param from the text
     * @param start the position of its first byte
     * @param end the position after its last byte
     * @param into where to write
     * @param at the position of the first byte written
     * @param limit the end of the space
     * @return the position after the last byte written
     */
    public static int copy(
            final ByteBuffer from, final int start, final int end, final byte[] into, final int at, final int limit) {
        int in = start;
        int out = at;
        while (in < end) {
            final byte first = from.get(in);
            // The usual case.
            if (isPrintableAscii(first) && out < limit) {
                into[out++] = first;
                in++;
                continue;
            }
            final int character = Utf8.characterLength(from, in, end);
            if (character > 0 && isHarmless(Utf8.codePoint(from, in, character))) {
                if (limit - out < character) {
                    return out;
                }
                for (int i = 0; i < character; i++) {
                    into[out++] = from.get(in++);
                }
            } else {
                final int count = Math.max(character, 1);
                if (limit - out < escapedLength(first, count)) {
                    return out;
                }
                for (int i = 0; i < count; i++) {
                    out = escape(from.get(in++), into, out);
                }
            }
        }
        return out;
    }

    /**
     * Escapes a whole text.
     *
     * @param text any
     * @return the same text if nothing had to be escaped
     */
    public static String of(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        final byte[] safe = new byte[bytes.length * GROWTH];
        final int end = copy(ByteBuffer.wrap(bytes), 0, bytes.length, safe, 0, safe.length);
        return new String(safe, 0, end, StandardCharsets.UTF_8);
    }

    /**
     * Escapes a text of several lines, such as a stack trace.
     *
     * @param text any
     * @return its lines, each of them safe; a name with a line end in it can still look like two lines
     */
    public static String ofLines(final String text) {
        return text.lines().map(SafeText::of).collect(joining(System.lineSeparator()));
    }

    /**
     * Whether a character can be shown as it is.
     *
     * @param codePoint a character; an unpaired surrogate is harmless
     * @return false for characters that command a terminal, end a line or change the direction of text
     */
    public static boolean isHarmless(final int codePoint) {
        return Printable.isHarmless(codePoint);
    }

    private static boolean isPrintableAscii(final int codePoint) {
        return codePoint >= ' ' && codePoint < 0x7f;
    }

    private static int escapedLength(final byte first, final int count) {
        return letter(first) != 0 ? 2 : count * GROWTH;
    }

    private static int escape(final byte b, final byte[] into, final int at) {
        into[at] = '\\';
        final char letter = letter(b);
        if (letter != 0) {
            into[at + 1] = (byte) letter;
            return at + 2;
        }
        into[at + 1] = 'x';
        return Digits.putHex(b, into, at + 2);
    }

    /** The letter that stands for a control character after a backslash, or 0. */
    private static char letter(final byte b) {
        switch (b) {
            case '\n':
                return 'n';
            case '\r':
                return 'r';
            case '\t':
                return 't';
            default:
                return 0;
        }
    }
}
