package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/**
 * Operations by address in {@code iocp4j.dll}; see {@link PortNative} for the return values. The caller keeps the
 * memory until the completion. Native code refuses only addresses that cannot be memory of a process.
 */
public final class RawNative {
    static {
        NativeLibrary.bind(RawNative.class);
    }

    private RawNative() {
    }

    public static native long read(long device, long address, int length, long token, int milliseconds);

    public static native long write(long device, long address, int length, long token, int milliseconds);

    /** The list has a WSABUF for each part, and is only read during the call. */
    public static native long readScatter(long device, long list, int count, long token, int milliseconds);

    public static native long writeGather(long device, long list, int count, long token, int milliseconds);

    /** The sender is the address of the memory of a {@code SocketAddressBuffer}, also the target of the next one. */
    public static native long receive(
            long device, long address, int length, long sender, boolean peek, long token, int milliseconds);

    public static native long send(
            long device, long address, int length, long target, long token, int milliseconds);
}
