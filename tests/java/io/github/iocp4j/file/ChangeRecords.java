package io.github.iocp4j.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes what Windows leaves in the buffer of a watch. */
final class ChangeRecords {
    static final int HEADER = 12;

    final ByteBuffer memory;
    private int last = -1;

    ChangeRecords(final int capacity) {
        memory = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Adds a valid record after the others, at a multiple of four. */
    ChangeRecords add(final int action, final String name) {
        final int at = memory.position() + 3 & ~3;
        if (last >= 0) {
            memory.putInt(last, at - last);
        }
        memory.position(at);
        memory.putInt(0).putInt(action).putInt(name.length() * Character.BYTES);
        name.chars().forEach(unit -> memory.putChar((char) unit));
        last = at;
        return this;
    }

    /** The number of bytes that Windows would report. */
    int length() {
        return memory.position();
    }

    DirectoryChanges cursor() {
        return new DirectoryChanges(memory).reset(length());
    }
}
