package io.github.iocp4j;

/**
 * One end of a connected named pipe: what a {@link NamedPipeServer} accepts and what a {@link NamedPipeClient} opens.
 *
 * <p>On a message-mode pipe each write is one message and each read takes one. When a message is longer than the
 * buffer, the read's status is {@link Win32Error#MORE_DATA} and the next read goes on in the same message. When the
 * peer has gone, a read ends with {@link Win32Error#BROKEN_PIPE}, a write with that or with {@link Win32Error#NO_DATA}.
 */
public final class NamedPipe extends StreamDevice {
    private final int peerProcessId;

    NamedPipe(final CompletionPort port, final long key, final int peerProcessId) {
        super(port, key, DeviceNative.name(key));
        this.peerProcessId = peerProcessId;
    }

    /**
     * The process at the other end when the connection was made ({@code GetNamedPipeClientProcessId} or
     * {@code GetNamedPipeServerProcessId}).
     *
     * @return the process id, or 0 where Windows does not tell, as for a client on another machine
     */
    public int peerProcessId() {
        return peerProcessId;
    }
}
