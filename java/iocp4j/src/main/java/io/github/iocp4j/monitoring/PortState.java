package io.github.iocp4j.monitoring;

/** Whether a port is open. */
public enum PortState {
    /** It is. */
    OPEN,
    /** It has been asked to close, and sees its operations to their end. */
    CLOSING,
    /** It is closed: what was counted is what was seen last, and nothing is in flight. */
    CLOSED
}
