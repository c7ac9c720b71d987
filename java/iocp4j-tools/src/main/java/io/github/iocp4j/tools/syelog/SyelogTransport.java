package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.Win32Exception;
import java.nio.ByteBuffer;

/** A client's operations on its pipe, one attempt each. */
interface SyelogTransport {
    void connect() throws Win32Exception;

    /** Writes the bytes between the buffer's position and its limit as one message. */
    void write(ByteBuffer message) throws Win32Exception;

    /** Begins to wait, without blocking, until the daemon has read everything that was written. */
    void confirm();

    /** Waits until the daemon has read everything, and fails when it ends before. */
    void flush() throws Win32Exception;

    /**
     * Ends the connection. Written data stays in the pipe for the daemon to read.
     *
     * @return how many messages were written that the daemon is not known to have read
     */
    long disconnect();
}
