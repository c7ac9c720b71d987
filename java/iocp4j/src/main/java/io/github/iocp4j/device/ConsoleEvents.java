package io.github.iocp4j.device;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A cursor over the {@code INPUT_RECORD}s that a read of a {@link ConsoleInput} has written to a buffer. It allocates
 * nothing. One thread at a time may use it, for any number of reads.
 *
 * <pre>{@code
 * final ConsoleEvents events = new ConsoleEvents(buffer);       // once
 * events.reset(0, completion.bytes());                          // for each completion
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

    private static final int EVENT = 4; // the offset of the event in a record
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

    /** The kind of an event. */
    public enum Kind {
        /** A key was pressed or released. */
        KEY(1),
        /** The mouse was moved, or a mouse button was pressed or released, if the console reports that. */
        MOUSE(2),
        /** The screen buffer has a new size. */
        SIZE(4),
        /** For internal use of Windows; ignore it. */
        MENU(8),
        /** The window has got or lost the focus: for internal use of Windows; ignore it. */
        FOCUS(16),
        /** A kind that this version of the library does not know. */
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
     * Creates a cursor over a buffer, whose position and limit are ignored.
     *
     * @param buffer the buffer of the reads
     */
    public ConsoleEvents(final ByteBuffer buffer) {
        records = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Moves the cursor before the first record of a read.
     *
     * @param offset the offset in the buffer that was passed to the read
     * @param bytes the completion's byte count; an incomplete record at the end is ignored
     * @return this
     * @throws IndexOutOfBoundsException when that range does not lie in the buffer
     */
    public ConsoleEvents reset(final int offset, final int bytes) {
        Objects.checkFromIndexSize(offset, bytes, records.capacity());
        end = offset + bytes;
        following = offset;
        current = NONE;
        return this;
    }

    /**
     * Moves to the next record.
     *
     * @return false when there is none; the cursor then is on no record
     */
    public boolean next() {
        final boolean found = end - following >= RECORD_LENGTH;
        current = found ? following : NONE;
        following += found ? RECORD_LENGTH : 0;
        return found;
    }

    /**
     * The kind of the record.
     *
     * @return the kind
     * @throws IllegalStateException when the last call of {@link #next} has not returned true; the same applies to the
     *     methods below
     */
    public Kind kind() {
        return Kind.of(records.getShort(position()));
    }

    /**
     * Whether a key was pressed rather than released.
     *
     * @return true if it was pressed
     * @throws IllegalStateException when the record is of another kind; the same applies to the methods below
     */
    public boolean isKeyDown() {
        return records.getInt(at(Kind.KEY) + EVENT) != 0;
    }

    /**
     * How often the key was repeated because it is held down.
     *
     * @return the number, from 1
     */
    public int repeatCount() {
        return Short.toUnsignedInt(records.getShort(at(Kind.KEY) + REPEAT_COUNT));
    }

    /**
     * The key.
     *
     * @return a virtual-key code, {@code VK_...}
     */
    public int keyCode() {
        return Short.toUnsignedInt(records.getShort(at(Kind.KEY) + KEY_CODE));
    }

    /**
     * The character that the key types.
     *
     * @return a UTF-16 code unit, 0 for a key that types nothing
     */
    public char character() {
        return records.getChar(at(Kind.KEY) + CHARACTER);
    }

    /**
     * The state of shift, control, alt and the lock keys, for a key or the mouse.
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
     * The mouse buttons that are down.
     *
     * @return bits as in {@code dwButtonState}: 1 is the leftmost, 2 the rightmost; the upper 16 bits are the rotation
     *     of a wheel
     */
    public int mouseButtons() {
        return records.getInt(at(Kind.MOUSE) + BUTTONS);
    }

    /**
     * The kind of mouse event.
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
            throw new IllegalStateException("The cursor is on no record: next() has not returned true");
        }
        return current;
    }
}
