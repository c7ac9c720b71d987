package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;

/** Watched directories in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class DirectoryWatchNative {
    static {
        NativeLibrary.bind(DirectoryWatchNative.class);
    }

    private DirectoryWatchNative() {
    }

    /** The buffers are direct, and live until the watch has ended. */
    public static native long open(
            long port, String path, int filter, boolean recursive, ByteBuffer[] buffers, long token);

    /** Begins to watch; returns 1 or a negated error. */
    public static native long start(long watch);
}
