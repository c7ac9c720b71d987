package io.github.iocp4j;

/** Waitable kernel objects, in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class WaitableObjectNative {
    private WaitableObjectNative() {
    }

    static native long openEvent(boolean manualReset);

    static native long openProcess(int process);

    static native long duplicate(long handle);

    /** Returns 1 or a negated error; so does {@link #reset}. */
    static native long signal(long object);

    static native long reset(long object);

    /** {@code GetExitCodeProcess}; the code is unsigned. */
    static native long exitCode(long object);

    static native void close(long object);
}
