package io.github.iocp4j.pipe;

/**
 * Whether a named pipe preserves the boundaries of writes.
 */
public enum PipeMode {
    /** A stream of bytes: a read takes what is available. */
    BYTE,
    /** A sequence of messages: a read takes the data of exactly one write, or the part of it that fits. */
    MESSAGE
}
