package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Waitable kernel objects, in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class WaitableObjectNative {
    static {
        NativeLibrary.bind(WaitableObjectNative.class);
    }

    private WaitableObjectNative() {
    }

    public static native long openEvent(boolean manualReset);

    public static native long openProcess(int process);

    public static native long duplicate(long handle);

    /** Returns 1 or a negated error; so does {@link #reset}. */
    public static native long signal(long object);

    public static native long reset(long object);

    /** {@code GetExitCodeProcess}; the code is unsigned. */
    public static native long exitCode(long object);

    public static native void close(long object);
}
