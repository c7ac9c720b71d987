package io.github.iocp4j.file;

import io.github.iocp4j.CompletionListener;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over the changes of one completion of a {@link DirectoryWatch}. It reads them in place from the buffer that
 * Windows has filled.
 *
 * <pre>{@code
 * final DirectoryChanges changes = ((DirectoryWatch) completion.device()).changes(completion);
 * while (changes.next()) {
 *     name.setLength(0);
 *     System.out.println(changes.action() + " " + changes.appendName(name));
 * }
 * }</pre>
 *
 * <p>Only {@link #name} allocates. The watch uses the same cursor again: it is valid only during the call of
 * {@link CompletionListener#onCompletion} that has obtained it, and only on that thread. Afterwards Windows may write
 * to the buffer: then the cursor returns undefined names, but no data from outside the buffer.
 */
public final class DirectoryChanges {
    // FILE_NOTIFY_INFORMATION: distance to the next record, action, length of the name in bytes, name.
    private static final int ACTION_OFFSET = 4;
    private static final int NAME_LENGTH_OFFSET = 8;
    private static final int NAME_OFFSET = 12;

    private static final int NONE = -1;

    private final ByteBuffer records;
    private int end;
    private int current = NONE;
    private int following = NONE;
    private int nameBytes;

    /** A cursor over the whole buffer, whose byte order the caller has set. */
    DirectoryChanges(final ByteBuffer buffer) {
        records = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Moves the cursor before the first record of that many bytes. */
    DirectoryChanges reset(final int bytes) {
        end = Math.max(0, Math.min(bytes, records.capacity()));
        current = NONE;
        following = end == 0 ? NONE : 0;
        return this;
    }

    /**
     * Moves to the next change.
     *
     * @return false when there is none; the cursor then is on no change
     * @throws IllegalStateException when the next record is malformed, because the file system is defective; the
     *     records before it are valid, and the cursor then is on no change
     */
    public boolean next() {
        final int at = following;
        current = NONE;
        following = NONE;
        if (at == NONE) {
            return false;
        }
        // Check everything: the data comes from the file system, which may have it from another machine.
        if (end - at < NAME_OFFSET) {
            throw malformed(at, "there are only " + (end - at) + " bytes");
        }
        final int distance = records.getInt(at);
        final int length = records.getInt(at + NAME_LENGTH_OFFSET);
        if (length < 0 || length > end - at - NAME_OFFSET || length % Character.BYTES != 0) {
            throw malformed(at, "it has a name of " + Integer.toUnsignedString(length) + " bytes");
        }
        if (distance != 0 && (distance < NAME_OFFSET + length || distance > end - at)) {
            throw malformed(at, "the next one is " + Integer.toUnsignedString(distance) + " bytes further on");
        }
        current = at;
        nameBytes = length;
        following = distance == 0 ? NONE : at + distance;
        return true;
    }

    /**
     * The kind of change.
     *
     * @return the action
     * @throws IllegalStateException when the last call of {@link #next} has not returned true; the same applies to the
     *     methods below
     */
    public ChangeAction action() {
        return ChangeAction.of(actionCode());
    }

    /**
     * The kind of change, as Windows encodes it.
     *
     * @return a {@code FILE_ACTION_...} constant, such as {@code FILE_ACTION_ADDED}, which is 1
     */
    public int actionCode() {
        return records.getInt(position() + ACTION_OFFSET);
    }

    /**
     * The length of the name.
     *
     * @return in {@code char}s
     */
    public int nameLength() {
        position();
        return nameBytes / Character.BYTES;
    }

    /**
     * Appends the name: the path relative to the watched directory, with backslashes. The file system provides the
     * name, which may be malformed UTF-16. It may be a short (8.3) name if a program has used that name for the change.
     *
     * @param text receives the name
     * @return {@code text}
     */
    public StringBuilder appendName(final StringBuilder text) {
        final int begin = position() + NAME_OFFSET;
        for (int i = 0; i < nameBytes; i += Character.BYTES) {
            text.append(records.getChar(begin + i));
        }
        return text;
    }

    /**
     * The name as a new string; see {@link #appendName}.
     *
     * @return the path relative to the watched directory
     */
    public String name() {
        return appendName(new StringBuilder(nameLength())).toString();
    }

    private int position() {
        if (current == NONE) {
            throw new IllegalStateException("The cursor is on no change: next() has not returned true");
        }
        return current;
    }

    private IllegalStateException malformed(final int at, final String what) {
        return new IllegalStateException(
                "Malformed record of a change at byte " + at + " of " + end + ": " + what
                        + ". List the directory anew");
    }
}
