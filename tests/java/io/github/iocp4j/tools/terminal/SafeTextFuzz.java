package io.github.iocp4j.tools.terminal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A fuzz target: any part of any bytes, copied to a buffer of any size, stays inside the buffer and is harmless. */
public final class SafeTextFuzz {
    private static final int PARAMETERS = 4;
    private static final byte UNTOUCHED = 0x5a;

    private SafeTextFuzz() {
    }

    /** Called by Jazzer. The first bytes say where the text begins and ends, and how much room there is. */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length < PARAMETERS) {
            return;
        }
        final int length = data.length - PARAMETERS;
        final int start = Math.min(data[0] & 0xff, length);
        final int end = Math.max(start, length - (data[1] & 0xff));
        final int at = data[2] & 0xff;
        final int limit = at + (data[3] & 0xff) * (data[3] & 0xff);
        // A slice, so that a look before or behind it is an exception.
        final ByteBuffer from = ByteBuffer.wrap(data, PARAMETERS, end).slice();
        final byte[] into = new byte[limit + 1];
        Arrays.fill(into, UNTOUCHED);
        final int out = SafeText.copy(from, start, end, into, at, limit);
        if (out < at || out > limit) {
            throw new AssertionError("ends at " + out + ", not between " + at + " and " + limit);
        }
        for (int i = 0; i < into.length; i++) {
            if ((i < at || i >= limit) && into[i] != UNTOUCHED) {
                throw new AssertionError("wrote at " + i + ", not between " + at + " and " + limit);
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(into, at, out - at)).codePoints()
                    .forEach(SafeTextFuzz::expectHarmless);
        } catch (final CharacterCodingException notUtf8) {
            throw new AssertionError("not UTF-8", notUtf8);
        }
        final long room = (long) (end - start) * SafeText.GROWTH;
        if (limit - at >= room && out - at < end - start) {
            throw new AssertionError("something is missing");
        }
    }

    /** No character that commands a terminal, ends a line or turns the direction of writing. */
    public static void expectHarmless(final int codePoint) {
        final int type = Character.getType(codePoint);
        final boolean turnsAround = codePoint >= 0x202a && codePoint <= 0x202e
                || codePoint >= 0x2066 && codePoint <= 0x2069;
        if (type == Character.CONTROL || type == Character.LINE_SEPARATOR || type == Character.PARAGRAPH_SEPARATOR
                || turnsAround) {
            throw new AssertionError("U+" + Integer.toHexString(codePoint) + " in the text");
        }
    }
}
