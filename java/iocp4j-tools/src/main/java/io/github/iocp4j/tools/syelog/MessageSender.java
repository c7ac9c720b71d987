package io.github.iocp4j.tools.syelog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Sends texts as messages, and counts the outcomes. */
final class MessageSender {
    private static final byte[] TERMINATE_TEXT = "Requesting exit on close.".getBytes(StandardCharsets.US_ASCII);

    private final SyelogClient client;
    private final SyelogEncoder encoder;
    private long total;
    private long dropped;

    MessageSender(final SyelogClient client, final SyelogEncoder encoder) {
        this.client = client;
        this.encoder = encoder;
    }

    void send(final byte[] text, final int severity) {
        send(text, severity, false);
    }

    /** Sends the same text that many times, each with its number. */
    void sendNumbered(final byte[] text, final int severity, final int count) {
        for (int i = 1; i <= count; i++) {
            final byte[] number = (" [" + i + " of " + count + "]").getBytes(StandardCharsets.US_ASCII);
            final byte[] numbered = Arrays.copyOf(text, text.length + number.length);
            System.arraycopy(number, 0, numbered, text.length, number.length);
            send(numbered, severity);
        }
    }

    /** Asks the daemon to end, in the words of the protocol's clients. */
    void askToTerminate() {
        send(TERMINATE_TEXT, Severity.NOTICE.code(), true);
    }

    long total() {
        return total;
    }

    long dropped() {
        return dropped;
    }

    private void send(final byte[] text, final int severity, final boolean terminate) {
        total++;
        if (!client.send(encoder.encode(text, severity, FileTimes.now(), terminate))) {
            dropped++;
        }
    }
}
