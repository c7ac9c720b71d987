package io.github.iocp4j.socket;

/**
 * Whether a socket can be used again after {@link StreamSocket#disconnect}.
 */
public enum AfterDisconnect {
    /** The socket can only be closed. */
    CLOSE,
    /**
     * The socket can be connected again, with {@link StreamSocket#connect} ({@code TF_REUSE_SOCKET}). Windows may delay
     * that for minutes, until the old connection has left the state TIME_WAIT.
     */
    CONNECT_AGAIN
}
