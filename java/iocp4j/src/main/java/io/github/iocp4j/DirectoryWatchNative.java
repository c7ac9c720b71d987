package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Watched directories in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class DirectoryWatchNative {
    private DirectoryWatchNative() {
    }

    /** The buffers are direct, and stay where they are until the watch has ended. */
    static native long open(
            long port, String path, int filter, boolean recursive, ByteBuffer[] buffers, long token);

    /** Begins to watch; answers 1, or why nothing can be watched. */
    static native long start(long watch);
}
