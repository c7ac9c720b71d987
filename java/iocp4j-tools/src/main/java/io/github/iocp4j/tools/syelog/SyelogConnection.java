package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.pipe.NamedPipe;

/**
 * The daemon's state for one client. One read is in flight at any time, so that messages keep their order and only one
 * worker at a time handles a connection.
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
        return pipe.read(message.bytes().clear().limit(SyelogMessage.MAX_LENGTH), 0);
    }

    /** Counts a part of a message that is too long. */
    void discard(final int bytes) {
        discarded += bytes;
    }

    boolean isDiscarding() {
        return discarded > 0;
    }

    /** Ends a message that is too long, and returns the number of bytes read of it. */
    long endDiscarding() {
        final long bytes = discarded;
        discarded = 0;
        return bytes;
    }

    /** Counts bytes read while the daemon ends, and returns their number. */
    long drain(final int bytes) {
        // Count at least one for each message, because a client could send empty ones for ever.
        drained += bytes + 1;
        return drained;
    }
}
