package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.NamedPipe;

/**
 * What the daemon keeps for each client. One read is in flight at any time, so that messages keep their order and only
 * one worker at a time is concerned with a connection.
 */
final class SyelogConnection {
    private final NamedPipe pipe;
    private final SyelogMessage message;
    private long discarded;
    private long drained;

    SyelogConnection(final NamedPipe pipe, final SyelogMessage message) {
        this.pipe = pipe;
        this.message = message;
    }

    NamedPipe pipe() {
        return pipe;
    }

    SyelogMessage message() {
        return message;
    }

    /**
     * Starts to read the next message, or the next part of one that is too long.
     *
     * @return the operation's id
     */
    long read() {
        return pipe.read(message.bytes(), 0, SyelogMessage.MAX_LENGTH, 0);
    }

    /** Takes note that what was read is a part of a message that is too long. */
    void discard(final int bytes) {
        discarded += bytes;
    }

    boolean isDiscarding() {
        return discarded > 0;
    }

    /** The message that is too long has ended: answers how much of it was read. */
    long endDiscarding() {
        final long bytes = discarded;
        discarded = 0;
        return bytes;
    }

    /** Takes note of what was read while the daemon leaves, and answers how much that is by now. */
    long drain(final int bytes) {
        // At least something for each message, or empty ones could be drained for ever.
        drained += bytes + 1;
        return drained;
    }
}
