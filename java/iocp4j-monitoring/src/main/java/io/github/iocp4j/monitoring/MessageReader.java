package io.github.iocp4j.monitoring;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Reads a message and trusts nothing in it. Reading beyond its end throws an exception. */
final class MessageReader {
    private static final int MAX_TEXT = 300;

    private final ByteBuffer message;

    /**
     * Makes a reader.
     *
     * @param message from position to limit; big-endian
     */
    MessageReader(final ByteBuffer message) {
        this.message = message;
    }

    /** Writes a text for {@link #text}: its length in bytes, then UTF-8. A very long text is cut. */
    static void writeText(final DataOutputStream out, final String text) throws IOException {
        final String cut = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
        final byte[] bytes = cut.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    long number() {
        return message.getLong();
    }

    long numberFrom(final long least) throws IOException {
        final long number = message.getLong();
        if (number < least) {
            throw new IOException("it has a negative counter");
        }
        return number;
    }

    int integer() {
        return message.getInt();
    }

    int octet() {
        return message.get() & 0xff;
    }

    boolean truth() {
        return message.get() != 0;
    }

    <E> E choice(final E[] values) throws IOException {
        final int choice = octet();
        if (choice >= values.length) {
            throw new IOException("it has a constant with ordinal " + choice + ", but there are " + values.length);
        }
        return values[choice];
    }

    /** How many items follow, of that length at least: no more than there can be. */
    int count(final int leastLength) throws IOException {
        final int count = message.getInt();
        if (count < 0 || count > message.remaining() / leastLength) {
            throw new IOException("it is too short for " + Integer.toUnsignedString(count) + " items");
        }
        return count;
    }

    /** A text; what is not UTF-8 in it becomes replacement characters. */
    String text() throws IOException {
        final int length = message.getShort() & 0xffff;
        if (length > message.remaining()) {
            throw new IOException("it ends in the middle of a text");
        }
        final byte[] bytes = new byte[length];
        message.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Checks that the message ends here. */
    void end() throws IOException {
        if (message.hasRemaining()) {
            throw new IOException("it continues after its end");
        }
    }
}
