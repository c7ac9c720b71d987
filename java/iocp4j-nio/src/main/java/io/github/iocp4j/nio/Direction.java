package io.github.iocp4j.nio;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** One direction of a channel: it has one operation at a time, and none after a cancel or a timeout. */
final class Direction {
    private final String name;
    private final Supplier<IllegalStateException> pending;
    /** What is transferred by the operation in flight. */
    private final TransferBuffers buffers;
    private final AtomicReference<ChannelOperation<?>> current = new AtomicReference<>();
    private volatile boolean dead;
    private volatile boolean shutdown;
    /** Whether a read has met the end of the data. */
    private volatile boolean atEnd;

    Direction(final String name, final boolean write, final Supplier<IllegalStateException> pending) {
        this.name = name;
        this.pending = pending;
        buffers = new TransferBuffers(write);
    }

    /** Reserves the direction for an operation. */
    void begin(final ChannelOperation<?> operation) {
        checkAlive();
        if (!current.compareAndSet(null, operation)) {
            throw pending.get();
        }
        // The operation before may have been cancelled meanwhile.
        if (dead) {
            current.set(null);
            checkAlive();
        }
    }

    /** Allows the next operation. Called before the program can see the result of this one. */
    void end() {
        current.set(null);
    }

    ChannelOperation<?> current() {
        return current.get();
    }

    /** For the operation that has the direction. */
    TransferBuffers buffers() {
        return buffers;
    }

    /** Refuses further operations after a cancel or a timeout, because it is unknown what was transferred. */
    void kill() {
        dead = true;
    }

    void shutdown() {
        shutdown = true;
    }

    boolean isShutdown() {
        return shutdown;
    }

    void atEnd() {
        atEnd = true;
    }

    boolean isAtEnd() {
        return atEnd;
    }

    boolean isWrite() {
        return buffers.isWrite();
    }

    private void checkAlive() {
        if (dead) {
            throw new IllegalStateException(name + " is not possible after a timeout or a cancel of an earlier "
                    + "operation: close the channel");
        }
    }
}
