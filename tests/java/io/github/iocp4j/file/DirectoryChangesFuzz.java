package io.github.iocp4j.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A fuzz target: with any bytes in a watch's buffer, the cursor comes to an end, reads nothing after the written bytes,
 * and reports only changes that are there.
 */
public final class DirectoryChangesFuzz {
    private static final int CAPACITY = 4_096;
    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private static final DirectoryChanges CHANGES = new DirectoryChanges(MEMORY);
    private static final byte[] ZEROS = new byte[CAPACITY];
    private static final byte[] ONES = new byte[CAPACITY];
    private static final StringBuilder NAME = new StringBuilder();

    static {
        Arrays.fill(ONES, (byte) 1);
    }

    private DirectoryChangesFuzz() {
    }

    /**
     * Called by Jazzer. The first four bytes are the byte count that Windows reports, the others are the written bytes.
     */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length < Integer.BYTES) {
            return;
        }
        final int claimed = ByteBuffer.wrap(data).getInt();
        final int written = Math.min(data.length - Integer.BYTES, CAPACITY);
        // First with the correct byte count, then with any byte count.
        final String first = read(data, written, written, ZEROS);
        if (!first.equals(read(data, written, written, ONES))) {
            throw new AssertionError("what lies behind the end has been read");
        }
        read(data, written, claimed, ONES);
    }

    /** Everything that the cursor reports for the bytes, with other bytes after them. */
    private static String read(final byte[] data, final int written, final int claimed, final byte[] behind) {
        MEMORY.clear().put(data, Integer.BYTES, written);
        MEMORY.put(behind, 0, MEMORY.remaining());
        final StringBuilder reported = new StringBuilder();
        CHANGES.reset(claimed);
        int at = 0;
        try {
            while (CHANGES.next()) {
                NAME.setLength(0);
                CHANGES.appendName(NAME);
                expect(at);
                reported.append(CHANGES.actionCode()).append(NAME).append('\n');
                at += MEMORY.getInt(at);
            }
        } catch (final IllegalStateException malformed) {
            reported.append(malformed.getMessage());
        }
        return reported.toString();
    }

    /** That the change is the one at that position. */
    private static void expect(final int at) {
        final int code = MEMORY.getInt(at + 4);
        if (CHANGES.actionCode() != code || CHANGES.action() != ChangeAction.of(code)) {
            throw new AssertionError("not the action at " + at);
        }
        if (NAME.length() * Character.BYTES != MEMORY.getInt(at + 8) || CHANGES.nameLength() != NAME.length()) {
            throw new AssertionError("not the length of the name at " + at);
        }
        for (int i = 0; i < NAME.length(); i++) {
            if (NAME.charAt(i) != MEMORY.getChar(at + ChangeRecords.HEADER + i * Character.BYTES)) {
                throw new AssertionError("not the name at " + at);
            }
        }
    }
}
