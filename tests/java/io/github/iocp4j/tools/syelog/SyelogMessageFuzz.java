package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.SafeTextFuzz;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * A fuzz target: any data of a client becomes one harmless line or none, without data that an earlier client has left
 * in the buffer.
 */
public final class SyelogMessageFuzz {
    private static final long ARRIVAL = FileTimes.fromEpochMilli(1_767_225_600_000L);
    private static final byte[] NOTHING = new byte[SyelogMessage.MAX_LENGTH];
    private static final byte[] LEFTOVERS = "secret\n\u001b".repeat(SyelogMessage.MAX_LENGTH)
            .getBytes(StandardCharsets.US_ASCII);

    private static final SyelogMessage MESSAGE = new SyelogMessage();
    private static final LogLine LOCAL = new LogLine(new LocalTimeColumn(ZoneOffset.UTC));
    private static final LogLine DELTA = new LogLine(new DeltaTimeColumn(ARRIVAL));

    private SyelogMessageFuzz() {
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(final byte[] received) {
        final int length = Math.min(received.length, SyelogMessage.MAX_LENGTH);
        final byte[] first = lineOf(received, length, LOCAL, NOTHING);
        if (!Arrays.equals(first, lineOf(received, length, LOCAL, LEFTOVERS))) {
            throw new AssertionError("what lies behind the message is in the line");
        }
        lineOf(received, length, DELTA, LEFTOVERS);
    }

    private static byte[] lineOf(final byte[] received, final int length, final LogLine line, final byte[] behind) {
        final ByteBuffer bytes = MESSAGE.bytes();
        bytes.clear();
        bytes.put(received, 0, length);
        bytes.put(behind, 0, bytes.remaining());
        final Rejection rejection = MESSAGE.receive(length);
        MESSAGE.asksToTerminate();
        if (rejection != null) {
            return new byte[0];
        }
        line.message(MESSAGE, ARRIVAL);
        final byte[] made = Arrays.copyOf(line.bytes(), line.length());
        expectHarmless(made);
        return made;
    }

    /** One line of UTF-8 without a control character in it. */
    static void expectHarmless(final byte[] line) {
        final String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
        } catch (final CharacterCodingException notUtf8) {
            throw new AssertionError("not UTF-8", notUtf8);
        }
        if (!text.endsWith("\n")) {
            throw new AssertionError("no line end");
        }
        text.codePoints().limit(text.codePointCount(0, text.length()) - 1L).forEach(SafeTextFuzz::expectHarmless);
    }
}
