package io.github.iocp4j;

/** Kernel objects to wait for, in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class WaitableObjectNative {
    private WaitableObjectNative() {
    }

    static native long openEvent(boolean manualReset);

    static native long openProcess(int process);

    static native long duplicate(long handle);

    /** Answers 1, or the error with its sign turned; so does {@link #reset}. */
    static native long signal(long object);

    static native long reset(long object);

    /** {@code GetExitCodeProcess}; the code is unsigned. */
    static native long exitCode(long object);

    static native void close(long object);
}
