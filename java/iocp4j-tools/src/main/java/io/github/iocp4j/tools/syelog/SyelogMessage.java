package io.github.iocp4j.tools.syelog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message in wire format: packed to one byte, little-endian. It reads its buffer in place and allocates nothing.
 *
 * <p>The client's length field is ignored; the number of received bytes counts.
 */
final class SyelogMessage {
    static final int LENGTH_OFFSET = 0;
    static final int FACILITY_OFFSET = 2;
    static final int SEVERITY_OFFSET = 3;
    static final int PROCESS_ID_OFFSET = 4;
    static final int FILE_TIME_OFFSET = 8;
    static final int TERMINATE_OFFSET = 16;
    static final int TEXT_OFFSET = 20;
    static final int MAX_LENGTH = 4106;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    private int received;
    private int textEnd;

    /** The memory that a message is read into, from 0 to {@link #MAX_LENGTH}. */
    ByteBuffer bytes() {
        return bytes;
    }

    /**
     * Sets the number of bytes that were read into the buffer.
     *
     * @return the reason for a rejection, or null; the accessors are valid in both cases if there is a header
     */
    Rejection receive(final int length) {
        received = length;
        if (!hasHeader()) {
            return Rejection.TOO_SHORT;
        }
        textEnd = TEXT_OFFSET;
        while (textEnd < received && bytes.get(textEnd) != 0) {
            textEnd++;
        }
        if (textEnd == TEXT_OFFSET) {
            return Rejection.NO_TEXT;
        }
        while (textEnd > TEXT_OFFSET && isWhiteSpace(bytes.get(textEnd - 1))) {
            textEnd--;
        }
        return null;
    }

    int facility() {
        return bytes.get(FACILITY_OFFSET) & 0xff;
    }

    int severity() {
        return bytes.get(SEVERITY_OFFSET) & 0xff;
    }

    /** The process id that the client claims. */
    long processId() {
        return Integer.toUnsignedLong(bytes.getInt(PROCESS_ID_OFFSET));
    }

    /** The client's clock. */
    long fileTime() {
        return bytes.getLong(FILE_TIME_OFFSET);
    }

    boolean asksToTerminate() {
        return hasHeader() && bytes.getInt(TERMINATE_OFFSET) != 0;
    }

    /** The end of the text that begins at {@link #TEXT_OFFSET}, without its NUL and white space before that. */
    int textEnd() {
        return textEnd;
    }

    private boolean hasHeader() {
        return received >= TEXT_OFFSET;
    }

    /** As the C library has it: space, tab, line feed, vertical tab, form feed, carriage return. */
    private static boolean isWhiteSpace(final byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }
}
