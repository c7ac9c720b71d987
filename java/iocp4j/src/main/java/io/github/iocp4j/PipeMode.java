package io.github.iocp4j;

/**
 * How a named pipe keeps what is written to it.
 */
public enum PipeMode {
    /** A stream of bytes: a read takes whatever is there. */
    BYTE,
    /** A sequence of messages: a read takes exactly what one write has put in, or the part of it that fits. */
    MESSAGE
}
