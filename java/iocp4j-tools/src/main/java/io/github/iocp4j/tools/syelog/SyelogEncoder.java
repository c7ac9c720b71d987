package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.tools.terminal.SafeText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Encodes messages as the protocol's clients do: the text is {@code IDENT: TEXT}, a line feed and a NUL.
 */
final class SyelogEncoder {
    private static final int TEXT_LIMIT = SyelogMessage.MAX_LENGTH - SyelogMessage.TEXT_OFFSET - "\n\0".length();

    private final byte[] ident;
    private final int facility;
    private final int processId;
    private final byte[] text = new byte[TEXT_LIMIT];
    private final ByteBuffer message =
            ByteBuffer.allocateDirect(SyelogMessage.MAX_LENGTH).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * Creates an encoder for one client.
     *
     * @param ident the prefix of each text, or an empty string for none
     */
    SyelogEncoder(final String ident, final int facility, final long processId) {
        this.ident = ident.isEmpty() ? new byte[0] : (ident + ": ").getBytes(StandardCharsets.UTF_8);
        this.facility = facility;
        this.processId = (int) processId;
    }

    /**
     * Encodes a message.
     *
     * @param content UTF-8. Harmful characters are escaped as the daemon does, for daemons that do not; text that is
     *     too long is cut after a whole character
     * @param fileTime the time of the event
     * @param terminate whether the daemon is asked to end at the next close of a connection
     * @return the message between position and limit of a direct buffer; valid until the next call
     */
    ByteBuffer encode(final byte[] content, final int severity, final long fileTime, final boolean terminate) {
        int length = SafeText.copy(ByteBuffer.wrap(ident), 0, ident.length, text, 0, TEXT_LIMIT);
        length = SafeText.copy(ByteBuffer.wrap(content), 0, withoutLineEnd(content), text, length, TEXT_LIMIT);
        final int total = SyelogMessage.TEXT_OFFSET + length + 2;
        message.clear();
        message.putShort(SyelogMessage.LENGTH_OFFSET, (short) total)
                .put(SyelogMessage.FACILITY_OFFSET, (byte) facility)
                .put(SyelogMessage.SEVERITY_OFFSET, (byte) severity)
                .putInt(SyelogMessage.PROCESS_ID_OFFSET, processId)
                .putLong(SyelogMessage.FILE_TIME_OFFSET, fileTime)
                .putInt(SyelogMessage.TERMINATE_OFFSET, terminate ? 1 : 0);
        message.position(SyelogMessage.TEXT_OFFSET);
        message.put(text, 0, length).put((byte) '\n').put((byte) 0);
        message.flip();
        return message;
    }

    private static int withoutLineEnd(final byte[] content) {
        int end = content.length;
        while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r')) {
            end--;
        }
        return end;
    }
}
