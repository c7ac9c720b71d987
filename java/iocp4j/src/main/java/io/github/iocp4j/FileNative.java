package io.github.iocp4j;

import java.nio.ByteBuffer;

/**
 * Files in {@code iocp4j.dll}; see {@link PortNative} for the return values. Calls that start no operation return 0 for
 * success.
 */
final class FileNative {
    private FileNative() {
    }

    /** The numbers are arguments of {@code CreateFileW}. */
    static native long open(long port, String path, int access, int share, int disposition, int flags);

    static native long alignment(long device);

    /** Each segment is used from the first byte of its capacity to the last. */
    static native long readScatter(long device, ByteBuffer[] segments, long position, long token, int milliseconds);

    static native long writeGather(long device, ByteBuffer[] segments, long position, long token, int milliseconds);

    static native long lock(
            long device, long position, long length, boolean exclusive, boolean failImmediately, long token,
            int milliseconds);

    static native long unlock(long device, long position, long length);

    static native long size(long device);

    static native long setSize(long device, long size);

    static native long flush(long device);

    static native long setSparse(long device);

    static native long setCompressed(long device, boolean compressed);

    static native long copyMetadata(long source, long target);
}
