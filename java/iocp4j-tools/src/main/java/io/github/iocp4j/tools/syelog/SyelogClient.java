package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Sends messages by the rules of the protocol's clients: a log must not delay its program. Therefore a message that
 * cannot be sent is dropped, and after a failed connect the client does not connect for five minutes.
 */
final class SyelogClient implements AutoCloseable {
    static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final SyelogTransport transport;
    private final LongSupplier nanoTime;
    private boolean open;
    private boolean silent;
    private long silentUntil;
    private Win32Exception lastFailure;
    /** Of connections that have ended. */
    private long unconfirmed;

    /**
     * Creates a client that connects at its first message.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    SyelogClient(final SyelogTransport transport, final LongSupplier nanoTime) {
        this.transport = transport;
        this.nanoTime = nanoTime;
    }

    /**
     * Sends one message. When the connection is broken, perhaps because the daemon was restarted, it reconnects once.
     *
     * @return false when the message was dropped
     */
    boolean send(final ByteBuffer message) {
        if (!isOpen()) {
            return false;
        }
        if (write(message)) {
            return true;
        }
        if (lastFailure.code() == Win32Error.BAD_IMPERSONATION_LEVEL) {
            // An interrupt concerns this thread at this moment, not the connection.
            return false;
        }
        disconnect();
        return isOpen() && write(message);
    }

    /**
     * Begins to wait until the daemon has read everything, while no message is at hand: if the daemon is restarted
     * later, it is known which messages it has read.
     */
    void confirm() {
        if (open) {
            transport.confirm();
        }
    }

    /**
     * How many messages were sent on connections that have ended, and may not have been read: the daemon has left
     * before it was known to have read them. They are not sent again, because it may have read them.
     */
    long unconfirmed() {
        return unconfirmed;
    }

    /** The reason for which the last attempt has dropped a message, or null. */
    Win32Exception lastFailure() {
        return lastFailure;
    }

    /**
     * Waits until the daemon has read everything, as the protocol's clients do before they close.
     *
     * @return false when it has ended before; then {@link #lastFailure} is the reason
     */
    boolean flush() {
        try {
            if (open) {
                transport.flush();
            }
            return true;
        } catch (final Win32Exception left) {
            lastFailure = left;
            return false;
        }
    }

    @Override
    public void close() {
        flush();
        disconnect();
    }

    private void disconnect() {
        if (open) {
            open = false;
            unconfirmed += transport.disconnect();
        }
    }

    private boolean isOpen() {
        if (open) {
            return true;
        }
        if (silent && nanoTime.getAsLong() - silentUntil < 0) {
            return false;
        }
        try {
            transport.connect();
            open = true;
            silent = false;
        } catch (final Win32Exception failed) {
            lastFailure = failed;
            silent = true;
            silentUntil = nanoTime.getAsLong() + SILENCE_NANOS;
        }
        return open;
    }

    private boolean write(final ByteBuffer message) {
        try {
            transport.write(message);
            return true;
        } catch (final Win32Exception failed) {
            lastFailure = failed;
            return false;
        }
    }
}
