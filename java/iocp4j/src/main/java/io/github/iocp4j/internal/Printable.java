package io.github.iocp4j.internal;

/**
 * Text from outside, such as the name of a file or pipe, for a message. Messages end in logs and on terminals;
 * therefore a name must not begin a line, command a terminal, or change the direction of the text after it.
 */
public final class Printable {
    private Printable() {
    }

    /** The text with other characters written as {@code \n}, {@code \r}, {@code \t} or {@code \}{@code uXXXX}. */
    public static String of(final String text) {
        if (text.codePoints().allMatch(Printable::isHarmless)) {
            return text;
        }
        final StringBuilder safe = new StringBuilder(text.length() + 8);
        text.codePoints().forEach(c -> {
            if (isHarmless(c)) {
                safe.appendCodePoint(c);
            } else {
                safe.append(escaped(c));
            }
        });
        return safe.toString();
    }

    /**
     * Whether a character can be shown as it is.
     *
     * @param codePoint a character; an unpaired surrogate is harmless
     * @return false for control characters, line and paragraph separators, and characters that change the direction of
     *     text (Bidi_Control)
     */
    public static boolean isHarmless(final int codePoint) {
        if (codePoint < 0xa0) {
            return codePoint >= ' ' && codePoint < 0x7f;
        }
        return codePoint != 0x061c && codePoint != 0x200e && codePoint != 0x200f
                && (codePoint < 0x2028 || codePoint > 0x202e) && (codePoint < 0x2066 || codePoint > 0x2069);
    }

    private static String escaped(final int codePoint) {
        switch (codePoint) {
            case '\n':
                return "\\n";
            case '\r':
                return "\\r";
            case '\t':
                return "\\t";
            default:
                return String.format("\\u%04x", codePoint);
        }
    }
}
