package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Jobs in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class JobObjectNative {
    static {
        NativeLibrary.bind(JobObjectNative.class);
    }

    private JobObjectNative() {
    }

    public static native long open(long port, boolean killOnClose);

    /** Returns 1; so does {@link #terminate}. */
    public static native long assign(long device, int process);

    public static native long terminate(long device, int exitCode);

    public static native long processes(long device);

    public static native long awaitEmpty(long device, long token, int milliseconds);
}
