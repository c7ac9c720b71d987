package io.github.iocp4j;

/** Whether the port of a {@link PortSnapshot} is open. */
public enum PortState {
    /** {@link CompletionPort#close()} has not been called. */
    OPEN,
    /** The port is closing, and waits for its operations in flight. */
    CLOSING,
    /**
     * The port is closed and has no operations in flight. The counters are those of the last snapshot. Only the module
     * {@code io.github.iocp4j.monitoring} returns such a snapshot; {@link CompletionPort#snapshot} throws an exception
     * instead.
     */
    CLOSED
}
