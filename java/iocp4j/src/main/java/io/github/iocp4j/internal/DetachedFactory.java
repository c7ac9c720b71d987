package io.github.iocp4j.internal;

import io.github.iocp4j.DetachedDevice;

/** Makes the object of a connection that a server has accepted and that belongs to no port. */
@FunctionalInterface
public interface DetachedFactory {
    /**
     * Makes the object.
     *
     * @param key the connection's key
     * @param detail the detail of the record that reports the connection
     * @return the connection
     */
    DetachedDevice<?> detached(long key, int detail);
}
