package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Polling, in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class PollerNative {
    private PollerNative() {
    }

    static native long open(long port);

    /** The memory for the records of each poll, which is gone with the port; null when either is closed. */
    static native ByteBuffer records(long poller);

    /**
     * Answers how many records there are, in the lower half, and is then to be followed by {@link #delivered}; above it
     * a bit for an APC that has run, and one for a wake-up. A negative number of milliseconds is for ever.
     * {@code delivers} says whether the calling thread is the one that delivers what has come.
     */
    static native long poll(long poller, int milliseconds, boolean alertable, boolean delivers);

    static native void delivered(long poller);

    /** Takes effect at the end of a poll and of its delivery. */
    static native void close(long poller);
}
