package io.github.iocp4j.internal;

import io.github.iocp4j.StreamDevice;

/** The transfers that a stream device refuses. */
public interface StreamLimit {
    /**
     * Throws if the device cannot be read.
     *
     * @param device the device, for the message
     */
    default void checkReadable(final StreamDevice device) {
    }

    /**
     * Throws if the device cannot be written, or no longer.
     *
     * @param device the device, for the message
     */
    default void checkWritable(final StreamDevice device) {
    }
}
