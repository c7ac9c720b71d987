package io.github.iocp4j;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A cursor over the records that a read of a {@link ConsoleInput} has left in a buffer, of which each is an
 * {@code INPUT_RECORD}. It allocates nothing, and may be used again and again, by one thread at a time.
 *
 * <pre>{@code
 * final ConsoleEvents events = new ConsoleEvents(buffer);       // once
 * events.reset(0, batch.bytes(i));                              // for each completion
 * while (events.next()) {
 *     if (events.kind() == ConsoleEvents.Kind.KEY && events.isKeyDown()) {
 *         typed(events.character());
 *     }
 * }
 * }</pre>
 */
public final class ConsoleEvents {
    /** The length of a record, in bytes. */
    public static final int RECORD_LENGTH = 20;

    private static final int EVENT = 4; // where a record tells of what has happened
    private static final int REPEAT_COUNT = 8;
    private static final int KEY_CODE = 10;
    private static final int CHARACTER = 14;
    private static final int KEY_CONTROL_KEYS = 16;
    private static final int SECOND_COORDINATE = 6;
    private static final int BUTTONS = 8;
    private static final int MOUSE_CONTROL_KEYS = 12;
    private static final int MOUSE_FLAGS = 16;
    private static final int NONE = -1;

    private final ByteBuffer records;
    private int end;
    private int current = NONE;
    private int following;

    /** What has happened. */
    public enum Kind {
        /** A key has been pressed or released. */
        KEY(1),
        /** The mouse has been moved or one of its buttons pressed or released, where the console reports that. */
        MOUSE(2),
        /** The screen buffer has another size. */
        SIZE(4),
        /** The system's own, to be ignored. */
        MENU(8),
        /** The window has got or lost the focus: the system's own, to be ignored. */
        FOCUS(16),
        /** What this version of the library does not know. */
        OTHER(0);

        private static final Kind[] ALL = values();

        private final int code;

        Kind(final int code) {
            this.code = code;
        }

        private static Kind of(final int code) {
            for (final Kind kind : ALL) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return OTHER;
        }
    }

    /**
     * Will read from that buffer, whatever its position and limit.
     *
     * @param buffer what is read into
     */
    public ConsoleEvents(final ByteBuffer buffer) {
        records = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Begins anew, before the first record.
     *
     * @param offset where in the buffer the read has begun
     * @param bytes how much has come; what is no whole record at the end is not looked at
     * @return this
     * @throws IndexOutOfBoundsException when that does not lie in the buffer
     */
    public ConsoleEvents reset(final int offset, final int bytes) {
        Objects.checkFromIndexSize(offset, bytes, records.capacity());
        end = offset + bytes;
        following = offset;
        current = NONE;
        return this;
    }

    /**
     * Goes on to the next record.
     *
     * @return false when there is none; the cursor then stands nowhere
     */
    public boolean next() {
        final boolean found = end - following >= RECORD_LENGTH;
        current = found ? following : NONE;
        following += found ? RECORD_LENGTH : 0;
        return found;
    }

    /**
     * What the record tells of.
     *
     * @return the kind
     * @throws IllegalStateException when {@link #next} has not just answered true, here as in the methods below
     */
    public Kind kind() {
        return Kind.of(records.getShort(position()));
    }

    /**
     * Whether a key has been pressed rather than released.
     *
     * @return true if it is down
     * @throws IllegalStateException when the record is of another kind, here as in the methods below
     */
    public boolean isKeyDown() {
        return records.getInt(at(Kind.KEY) + EVENT) != 0;
    }

    /**
     * How many times the key that is held down has been repeated.
     *
     * @return the number, from 1
     */
    public int repeatCount() {
        return Short.toUnsignedInt(records.getShort(at(Kind.KEY) + REPEAT_COUNT));
    }

    /**
     * Which key it is.
     *
     * @return a virtual-key code, {@code VK_...}
     */
    public int keyCode() {
        return Short.toUnsignedInt(records.getShort(at(Kind.KEY) + KEY_CODE));
    }

    /**
     * What the key stands for.
     *
     * @return a unit of UTF-16, 0 for a key that types nothing
     */
    public char character() {
        return records.getChar(at(Kind.KEY) + CHARACTER);
    }

    /**
     * Which of shift, control, alt and the locks were on, at a key or the mouse.
     *
     * @return bits as in {@code dwControlKeyState}: 0x10 is shift, 0x0c control, 0x03 alt
     */
    public int controlKeys() {
        final int at = kind() == Kind.MOUSE ? at(Kind.MOUSE) + MOUSE_CONTROL_KEYS : at(Kind.KEY) + KEY_CONTROL_KEYS;
        return records.getInt(at);
    }

    /**
     * The column of the mouse.
     *
     * @return from 0, in characters
     */
    public int mouseColumn() {
        return records.getShort(at(Kind.MOUSE) + EVENT);
    }

    /**
     * The row of the mouse.
     *
     * @return from 0, in characters
     */
    public int mouseRow() {
        return records.getShort(at(Kind.MOUSE) + SECOND_COORDINATE);
    }

    /**
     * Which buttons of the mouse are down.
     *
     * @return bits as in {@code dwButtonState}: 1 is the leftmost, 2 the rightmost; the upper half is how far a wheel
     *     was turned
     */
    public int mouseButtons() {
        return records.getInt(at(Kind.MOUSE) + BUTTONS);
    }

    /**
     * What the mouse has done.
     *
     * @return bits as in {@code dwEventFlags}: 1 moved, 2 double click, 4 wheel; 0 for a button
     */
    public int mouseFlags() {
        return records.getInt(at(Kind.MOUSE) + MOUSE_FLAGS);
    }

    /**
     * How wide the screen buffer is now.
     *
     * @return in characters
     */
    public int columns() {
        return records.getShort(at(Kind.SIZE) + EVENT);
    }

    /**
     * How high the screen buffer is now.
     *
     * @return in characters
     */
    public int rows() {
        return records.getShort(at(Kind.SIZE) + SECOND_COORDINATE);
    }

    private int at(final Kind wanted) {
        final Kind found = kind();
        if (found != wanted) {
            throw new IllegalStateException(
                    "The record is of kind " + found + ", not " + wanted + ": ask kind() first");
        }
        return current;
    }

    private int position() {
        if (current == NONE) {
            throw new IllegalStateException("The cursor stands on no record: next() has not answered true");
        }
        return current;
    }
}
