package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A cursor over the changes of one completion of a {@link DirectoryWatch}, read in place from the buffer into which
 * Windows has written them.
 *
 * <pre>{@code
 * final DirectoryChanges changes = ((DirectoryWatch) batch.device(i)).changes(batch, i);
 * while (changes.next()) {
 *     name.setLength(0);
 *     System.out.println(changes.action() + " " + changes.appendName(name));
 * }
 * }</pre>
 *
 * <p>Nothing is allocated, except by {@link #name}. The same cursor is used again and again: it may be used only during
 * the call of {@link CompletionListener#onCompletion} that has obtained it, and on that thread. Afterwards Windows may
 * be writing to the buffer. Whoever reads it then reads nonsense, but nothing outside the buffer.
 */
public final class DirectoryChanges {
    // FILE_NOTIFY_INFORMATION: how far it is to the next one, the action, the length of the name in bytes, the name.
    private static final int ACTION_OFFSET = 4;
    private static final int NAME_LENGTH_OFFSET = 8;
    private static final int NAME_OFFSET = 12;

    private static final int NONE = -1;

    private final ByteBuffer records;
    private int end;
    private int current = NONE;
    private int following = NONE;
    private int nameBytes;

    /** Reads from the whole of that buffer, of which the caller sets the byte order to his liking. */
    DirectoryChanges(final ByteBuffer buffer) {
        records = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Begins anew with that many bytes in the buffer. */
    DirectoryChanges reset(final int bytes) {
        end = Math.max(0, Math.min(bytes, records.capacity()));
        current = NONE;
        following = end == 0 ? NONE : 0;
        return this;
    }

    /**
     * Goes on to the next change.
     *
     * @return false when there is none; the cursor then stands nowhere
     * @throws IllegalStateException when what follows is no such record, as a broken file system might write; what came
     *     before was sound, and the cursor then stands nowhere
     */
    public boolean next() {
        final int at = following;
        current = NONE;
        following = NONE;
        if (at == NONE) {
            return false;
        }
        // All of it is somebody else's: Windows has it from the file system, and that perhaps from another machine.
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
     * What has happened.
     *
     * @return the action
     * @throws IllegalStateException when {@link #next} has not just answered true, here as in the methods below
     */
    public ChangeAction action() {
        return ChangeAction.of(actionCode());
    }

    /**
     * What has happened, as Windows says it.
     *
     * @return {@code FILE_ACTION_ADDED}, which is 1, and its like
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
     * Appends the name to a text: the path relative to the watched directory, with backslashes. It is what the file
     * system has, which need not be well-formed UTF-16. It may be a short (8.3) name if that was used for the change.
     *
     * @param text what to append to
     * @return the same
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
            throw new IllegalStateException("The cursor stands on no change: next() has not answered true");
        }
        return current;
    }

    private IllegalStateException malformed(final int at, final String what) {
        return new IllegalStateException(
                "No record of a change at byte " + at + " of " + end + ": " + what + ". List the directory anew");
    }
}
