package io.github.iocp4j;

import io.github.iocp4j.device.JobObject;
import io.github.iocp4j.device.WaitableDevice;

/**
 * The kind of operation that a completion belongs to.
 */
public enum Opcode {
    /** A packet that the program has posted with {@link CompletionPort#post}: {@code PostQueuedCompletionStatus}. */
    POST(1),
    /** A read: {@code ReadFile}, for a socket {@code WSARecv}. */
    READ(2),
    /** A write: {@code WriteFile}, for a socket {@code WSASend}. */
    WRITE(3),
    /** A server's new connection: {@code ConnectNamedPipe}, {@code AcceptEx}. */
    ACCEPT(4),
    /** A connection to a server: {@code ConnectEx}, for a pipe {@code CreateFileW} and the wait for it. */
    CONNECT(5),
    /** The orderly end of a socket's connection: {@code DisconnectEx}. */
    DISCONNECT(6),
    /** A received datagram, with its sender: {@code WSARecvFrom}. */
    RECEIVE_FROM(7),
    /** A sent datagram: {@code WSASendTo}. */
    SEND_TO(8),
    /** A file sent over a socket: {@code TransmitFile}. */
    TRANSMIT_FILE(9),
    /** A message and its answer: {@code TransactNamedPipe}. */
    TRANSACT(10),
    /** A control request: {@code DeviceIoControl}. */
    CONTROL(11),
    /** A lock of a range of a file: {@code LockFileEx}. */
    LOCK(12),
    /** Changes in a directory: {@code ReadDirectoryChangesW}. */
    CHANGE(13),
    /** Events on a serial port: {@code WaitCommEvent}. */
    COMM_EVENT(14),
    /** The signal of a {@link WaitableDevice}'s object, or the end of a {@link JobObject}'s last process. */
    WAIT(15);

    private static final Opcode[] BY_CODE = byCode();

    private final int code;

    Opcode(final int code) {
        this.code = code;
    }

    /** This constant's number in a completion record. */
    int code() {
        return code;
    }

    static Opcode of(final int code) {
        return BY_CODE[code];
    }

    private static Opcode[] byCode() {
        final Opcode[] all = values();
        final Opcode[] table = new Opcode[all.length + 1];
        for (final Opcode opcode : all) {
            table[opcode.code] = opcode;
        }
        return table;
    }
}
