package io.github.iocp4j.internal;

import io.github.iocp4j.StreamDevice;

/** What a stream device refuses to start. */
public interface StreamLimit {
    /**
     * Throws where the device cannot be read.
     *
     * @param device the device, for the message
     */
    default void checkReadable(final StreamDevice device) {
    }

    /**
     * Throws where the device cannot be written, or not any more.
     *
     * @param device the device, for the message
     */
    default void checkWritable(final StreamDevice device) {
    }
}
