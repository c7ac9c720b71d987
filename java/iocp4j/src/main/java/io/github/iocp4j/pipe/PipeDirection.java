package io.github.iocp4j.pipe;

/**
 * The direction of data through a named pipe, seen from the end that sets it.
 */
public enum PipeDirection {
    /** This end reads ({@code PIPE_ACCESS_INBOUND}, {@code GENERIC_READ}). */
    INBOUND(1),
    /** This end writes ({@code PIPE_ACCESS_OUTBOUND}, {@code GENERIC_WRITE}). */
    OUTBOUND(2),
    /** This end reads and writes ({@code PIPE_ACCESS_DUPLEX}). */
    DUPLEX(3);

    private final int code;

    PipeDirection(final int code) {
        this.code = code;
    }

    /** The value of the Win32 constant {@code PIPE_ACCESS_...}. */
    int code() {
        return code;
    }
}
