package io.github.iocp4j;

import io.github.iocp4j.device.AdoptedDevice;
import io.github.iocp4j.device.ConsoleInput;
import io.github.iocp4j.device.JobObject;
import io.github.iocp4j.device.MailslotClient;
import io.github.iocp4j.device.MailslotServer;
import io.github.iocp4j.device.SerialPort;
import io.github.iocp4j.device.WaitableDevice;
import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.pipe.ChildPipe;
import io.github.iocp4j.pipe.ChildProcess;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UdpSocket;

/**
 * The kinds of devices that can be registered with a {@link CompletionPort}.
 */
public enum DeviceKind {
    /** {@link NamedPipeServer}. */
    PIPE_SERVER(1),
    /** {@link NamedPipe}, also the parent's end of a {@link ChildPipe} and a stream of a {@link ChildProcess}. */
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
    /** {@link AdoptedDevice}. */
    ADOPTED(10),
    /** {@link WaitableDevice}. */
    WAITABLE(11),
    /** {@link ConsoleInput}. */
    CONSOLE_INPUT(12),
    /** {@link JobObject}. */
    JOB(13),
    /** {@link ChildProcess}. */
    CHILD_PROCESS(14);

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
