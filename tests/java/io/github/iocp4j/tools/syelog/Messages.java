package io.github.iocp4j.tools.syelog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Messages made by hand, field by field, so that tests do not rest on the code that they test. */
final class Messages {
    private int length = -1;
    private int facility = 0x50;
    private int severity = 0x60;
    private int processId = 1740;
    private long fileTime = fileTime("2026-11-22T05:22:03.802Z");
    private int terminate;
    private final byte[] text;

    private Messages(final byte[] text) {
        this.text = text;
    }

    /** A message whose text is followed by a line feed and a NUL. */
    static Messages line(final String text) {
        return raw((text + "\n\0").getBytes(StandardCharsets.UTF_8));
    }

    /** A message whose text is exactly these bytes. */
    static Messages raw(final byte[] text) {
        return new Messages(text);
    }

    /** A message whose text is exactly these bytes, given as the characters U+0000 to U+00FF. */
    static Messages raw(final String latin1) {
        return raw(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    static long fileTime(final String instant) {
        final Instant time = Instant.parse(instant);
        return (time.getEpochSecond() + 11_644_473_600L) * 10_000_000L + time.getNano() / 100;
    }

    Messages claimingLength(final int value) {
        length = value;
        return this;
    }

    Messages from(final int value) {
        processId = value;
        return this;
    }

    Messages of(final int newFacility, final int newSeverity) {
        facility = newFacility;
        severity = newSeverity;
        return this;
    }

    Messages at(final long value) {
        fileTime = value;
        return this;
    }

    Messages terminating(final int value) {
        terminate = value;
        return this;
    }

    byte[] bytes() {
        return ByteBuffer.allocate(20 + text.length).order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) (length >= 0 ? length : 20 + text.length))
                .put((byte) facility).put((byte) severity)
                .putInt(processId).putLong(fileTime).putInt(terminate).put(text).array();
    }

    /** The message as if it had been read into that memory, on top of whatever is there. */
    Rejection receivedBy(final SyelogMessage message) {
        final byte[] bytes = bytes();
        message.bytes().duplicate().put(bytes);
        return message.receive(bytes.length);
    }
}
