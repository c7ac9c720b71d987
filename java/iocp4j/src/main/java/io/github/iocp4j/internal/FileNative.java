package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;

/**
 * Files in {@code iocp4j.dll}; see {@link PortNative} for the return values. Calls that start no operation return 0 for
 * success.
 */
public final class FileNative {
    static {
        NativeLibrary.bind(FileNative.class);
    }

    private FileNative() {
    }

    /** The numbers are arguments of {@code CreateFileW}. */
    public static native long open(long port, String path, int access, int share, int disposition, int flags);

    public static native long alignment(long device);

    /** Each segment is used from the first byte of its capacity to the last. */
    public static native long readScatter(
            long device, ByteBuffer[] segments, long position, long token, int milliseconds);

    public static native long writeGather(
            long device, ByteBuffer[] segments, long position, long token, int milliseconds);

    public static native long lock(
            long device, long position, long length, boolean exclusive, boolean failImmediately, long token,
            int milliseconds);

    public static native long tryLock(long device, long position, long length, boolean exclusive);

    /** Fills in the serial number of the volume, and the two halves of the file's id. */
    public static native long identity(long device, long[] into);

    public static native long unlock(long device, long position, long length);

    public static native long size(long device);

    public static native long setSize(long device, long size);

    public static native long flush(long device);

    public static native long setSparse(long device);

    public static native long setCompressed(long device, boolean compressed);

    public static native long copyMetadata(long source, long target);
}
