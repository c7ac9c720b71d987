package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.Digits;
import io.github.iocp4j.tools.terminal.SafeText;
import java.nio.charset.StandardCharsets;

/**
 * The line of a message, formatted in the same memory for each message: {@code TIME PID FACILITY.SEVERITY: TEXT}. Not
 * for more than one thread at a time.
 */
final class LogLine {
    private static final int MIN_PID_WIDTH = 4;
    private static final byte[] ARRIVAL_MARK = ascii("[arrival time] ");
    private static final byte[] DAEMON = ascii(" ---- --.");
    private static final int LONGEST_HEAD = 2 * (Digits.MAX_WIDTH + 1) + "ff.ff: ".length() + ARRIVAL_MARK.length;
    private static final int LONGEST_TEXT =
            (SyelogMessage.MAX_LENGTH - SyelogMessage.TEXT_OFFSET) * SafeText.GROWTH;

    private final TimeColumn time;
    private final byte[] bytes = new byte[LONGEST_HEAD + LONGEST_TEXT + 1];
    private int length;

    LogLine(final TimeColumn time) {
        this.time = time;
    }

    /**
     * Formats a client's line.
     *
     * @param arrival the time to use when the client's own is out of range; the text of such a line is marked
     */
    void message(final SyelogMessage message, final long arrival) {
        final boolean sane = FileTimes.isSane(message.fileTime());
        int at = time.put(sane ? message.fileTime() : arrival, bytes, 0);
        bytes[at++] = ' ';
        at = Digits.put(message.processId(), MIN_PID_WIDTH, ' ', bytes, at);
        bytes[at++] = ' ';
        at = Digits.putHex(message.facility(), bytes, at);
        bytes[at++] = '.';
        at = putSeverity(message.severity(), at);
        if (!sane) {
            at = put(ARRIVAL_MARK, at);
        }
        at = SafeText.copy(message.bytes(), SyelogMessage.TEXT_OFFSET, message.textEnd(), bytes, at, bytes.length - 1);
        end(at);
    }

    /** Formats a line of the daemon itself, with dashes in place of process and facility. */
    void notice(final Severity severity, final String text, final long now) {
        int at = put(DAEMON, time.put(now, bytes, 0));
        at = putSeverity(severity.code(), at);
        final int count = Math.min(text.length(), LONGEST_TEXT);
        for (int i = 0; i < count; i++) {
            final char c = text.charAt(i);
            bytes[at++] = (byte) (c >= ' ' && c < 0x7f ? c : '?');
        }
        end(at);
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    private int putSeverity(final int severity, final int start) {
        final int at = Digits.putHex(severity, bytes, start);
        bytes[at] = ':';
        bytes[at + 1] = ' ';
        return at + 2;
    }

    private int put(final byte[] text, final int at) {
        System.arraycopy(text, 0, bytes, at, text.length);
        return at + text.length;
    }

    private void end(final int at) {
        bytes[at] = '\n';
        length = at + 1;
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
