package io.github.iocp4j;

/** Pipes to child processes in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class ChildPipeNative {
    private ChildPipeNative() {
    }

    /** Returns the key of this process's end. */
    static native long open(long port, int direction, boolean overlappedChild, int buffer);

    /** The child's end as a raw handle; 0 when it is closed. */
    static native long childEnd(long device);

    static native long closeChildEnd(long device);
}
