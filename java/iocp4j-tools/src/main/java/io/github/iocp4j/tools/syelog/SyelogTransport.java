package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.Win32Exception;
import java.nio.ByteBuffer;

/** One attempt each at the things that a client does with its pipe. */
interface SyelogTransport {
    void connect() throws Win32Exception;

    /** Writes what lies between the buffer's position and its limit, as one message. */
    void write(ByteBuffer message) throws Win32Exception;

    /** Waits until the daemon has read everything, and fails when it leaves before. */
    void flush() throws Win32Exception;

    /** Ends the connection. What has been written stays in the pipe for the daemon to read. */
    void disconnect();
}
