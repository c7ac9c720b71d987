package io.github.iocp4j.internal;

import io.github.iocp4j.device.AlertableThread;
import io.github.iocp4j.internal.loader.NativeLibrary;

/**
 * Alertable waits, in {@code iocp4j.dll}; see {@link PortNative} for the return values. A wait returns its outcome: the
 * kind in the upper half, the index in the lower. A negative number of milliseconds means no timeout.
 */
public final class AlertableThreadNative {
    /** What {@link #await} waits for; the native enum For has the same order. */
    public static final int ANY = 0;
    public static final int ALL = 1;
    public static final int MESSAGE_OR_ANY = 2;
    public static final int ONE = 3;

    static {
        NativeLibrary.bind(AlertableThreadNative.class);
    }

    private AlertableThreadNative() {
    }

    /** For the calling thread. */
    public static native long open(Runnable queued);

    /** Whether the thread is alive and can run {@link AlertableThread#runQueued}. */
    public static native boolean queue(long thread);

    public static native void close(long thread);

    public static native long sleep(int milliseconds);

    public static native long await(long[] objects, int what, int milliseconds);

    public static native long signalAndAwait(long signalled, long object, int milliseconds);
}
