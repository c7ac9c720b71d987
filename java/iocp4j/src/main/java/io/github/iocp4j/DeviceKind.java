package io.github.iocp4j;

/**
 * The kinds of devices that can be registered with a {@link CompletionPort}.
 */
public enum DeviceKind {
    /** {@link NamedPipeServer}. */
    PIPE_SERVER(1),
    /** {@link NamedPipe}, also that of a {@link ChildPipe}. */
    PIPE(2),
    /** {@link OverlappedFile}. */
    FILE(3),
    /** {@link SocketServer}. */
    SOCKET_SERVER(4),
    /** {@link StreamSocket}. */
    STREAM_SOCKET(5),
    /** {@link UdpSocket}. */
    UDP_SOCKET(6),
    /** {@link DirectoryWatch}. */
    DIRECTORY(7),
    /** {@link MailslotServer} or {@link MailslotClient}. */
    MAILSLOT(8),
    /** {@link SerialPort}. */
    SERIAL_PORT(9),
    /** {@link ForeignDevice}. */
    FOREIGN(10),
    /** {@link WaitableDevice}. */
    WAITABLE(11),
    /** {@link ConsoleInput}. */
    CONSOLE_INPUT(12),
    /** {@link JobObject}. */
    JOB(13);

    private static final DeviceKind[] BY_CODE = values();

    private final int code;

    DeviceKind(final int code) {
        this.code = code;
    }

    /** This constant's number in a completion record; 0 is no constant. */
    int code() {
        return code;
    }

    static DeviceKind of(final int code) {
        return BY_CODE[code - 1];
    }
}
