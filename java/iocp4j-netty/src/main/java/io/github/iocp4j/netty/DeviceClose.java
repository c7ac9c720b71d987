package io.github.iocp4j.netty;

/** What follows when a device is closed. The loop's thread calls the methods. */
interface DeviceClose {
    /** All completions have come, and the handle is closed. */
    void ended();

    /**
     * The loop ends, but completions are missing, so that Windows may still use the buffers of their operations.
     * {@link #ended} may follow.
     */
    default void abandoned() {
    }
}
