package io.github.iocp4j;

/**
 * Alertable waits, in {@code iocp4j.dll}; see {@link PortNative} for the return values. A wait returns its outcome: the
 * kind in the upper half, the index in the lower. A negative number of milliseconds means no timeout.
 */
final class AlertableThreadNative {
    /** What {@link #await} waits for; the native enum For has the same order. */
    static final int ANY = 0;
    static final int ALL = 1;
    static final int MESSAGE_OR_ANY = 2;
    static final int ONE = 3;

    private AlertableThreadNative() {
    }

    /** For the calling thread. */
    static native long open(AlertableThread self);

    /** Whether the thread is alive and can run {@link AlertableThread#runQueued}. */
    static native boolean queue(long thread);

    static native void close(long thread);

    static native long sleep(int milliseconds);

    static native long await(long[] objects, int what, int milliseconds);

    static native long signalAndAwait(long signalled, long object, int milliseconds);
}
