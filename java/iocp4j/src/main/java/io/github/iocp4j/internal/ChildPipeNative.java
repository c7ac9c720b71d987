package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/** Pipes to child processes in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class ChildPipeNative {
    static {
        NativeLibrary.bind(ChildPipeNative.class);
    }

    private ChildPipeNative() {
    }

    /** Returns the key of this process's end. */
    public static native long open(long port, int direction, boolean overlappedChild, int buffer);

    /** The child's end as a raw handle; 0 when it is closed. */
    public static native long childEnd(long device);

    public static native long closeChildEnd(long device);
}
