package io.github.iocp4j;

/** Whether the port of a {@link PortSnapshot} is open. */
public enum PortState {
    /** {@link CompletionPort#close()} has not been called. */
    OPEN,
    /** The port is closing, and waits for its operations in flight. */
    CLOSING,
    /**
     * The port is closed: the counters are those of the last snapshot, and nothing is in flight. Only the module
     * {@code io.github.iocp4j.monitoring} shows such a port; {@link CompletionPort#snapshot} refuses it.
     */
    CLOSED
}
