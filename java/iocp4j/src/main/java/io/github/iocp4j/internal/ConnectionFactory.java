package io.github.iocp4j.internal;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;

/** Makes the object of a connection that a server has accepted. */
@FunctionalInterface
public interface ConnectionFactory {
    /**
     * Makes the object.
     *
     * @param port the server's port
     * @param key the connection's completion key
     * @param detail the detail of the record that reports the connection
     * @return the connection
     */
    Device connection(CompletionPort port, long key, int detail);
}
