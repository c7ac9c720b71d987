package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;

/** Polling, in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class PollerNative {
    static {
        NativeLibrary.bind(PollerNative.class);
    }

    private PollerNative() {
    }

    public static native long open(long port);

    /**
     * The memory for the records of each poll, which the port frees when it ends; null when poller or port is closed.
     */
    public static native ByteBuffer records(long poller);

    /**
     * Returns the number of records in the lower half; above it a bit for an APC that has run, and one for a wake-up.
     * After records, {@link #delivered} must follow. A negative number of milliseconds means no timeout.
     * {@code delivers} is true if the calling thread itself delivers the records.
     */
    public static native long poll(long poller, int milliseconds, boolean alertable, boolean delivers);

    public static native void delivered(long poller);

    /** Takes effect after the poll in progress and its delivery. */
    public static native void close(long poller);
}
