package io.github.iocp4j.socket;

/**
 * What a socket is good for when {@link StreamSocket#disconnect} has completed.
 */
public enum AfterDisconnect {
    /** It can only be closed. */
    CLOSE,
    /**
     * It can be connected again, with {@link StreamSocket#connect} ({@code TF_REUSE_SOCKET}). Windows may keep it
     * waiting until the old connection is forgotten, which takes minutes.
     */
    CONNECT_AGAIN
}
