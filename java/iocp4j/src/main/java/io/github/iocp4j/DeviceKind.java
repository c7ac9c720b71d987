package io.github.iocp4j;

/**
 * The kinds of devices that can be registered with a {@link CompletionPort}.
 */
public enum DeviceKind {
    /** {@link NamedPipeServer}. */
    PIPE_SERVER(1),
    /** {@link NamedPipe}. */
    PIPE(2),
    /** A file on a disk. */
    FILE(3),
    /** A socket that waits for connections. */
    SOCKET_SERVER(4),
    /** A connected TCP or Unix-domain socket. */
    STREAM_SOCKET(5),
    /** A socket for datagrams. */
    UDP_SOCKET(6),
    /** {@link DirectoryWatch}. */
    DIRECTORY(7),
    /** Either end of a mailslot. */
    MAILSLOT(8),
    /** A serial port. */
    SERIAL_PORT(9),
    /** A handle that the program has opened itself. */
    FOREIGN(10);

    private static final DeviceKind[] BY_CODE = values();

    private final int code;

    DeviceKind(final int code) {
        this.code = code;
    }

    /** The number that stands for this constant in a completion record; 0 is none of them. */
    int code() {
        return code;
    }

    static DeviceKind of(final int code) {
        return BY_CODE[code - 1];
    }
}
