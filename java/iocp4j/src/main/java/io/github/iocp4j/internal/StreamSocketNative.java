package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Connections in {@code iocp4j.dll}; see {@link PortNative} for the return values, and {@link SocketNative}. */
public final class StreamSocketNative {
    static {
        NativeLibrary.bind(StreamSocketNative.class);
    }

    private StreamSocketNative() {
    }

    public static native long open(long port, String name, byte[] local, int[] options);

    /** Returns 1. */
    public static native long bind(long device, byte[] address);

    public static native long connect(long device, byte[] remote, long token, int milliseconds);

    public static native long disconnect(long device, boolean reuse, long token, int milliseconds);

    /** Uses the first buffers of the array, as many as the count. The ranges are offset and length for each. */
    public static native long readInto(
            long device, ByteBuffer[] buffers, int[] ranges, int count, long token, int milliseconds);

    public static native long writeFrom(
            long device, ByteBuffer[] buffers, int[] ranges, int count, long token, int milliseconds);

    /** The file is that of the path; if that is null, that of the channel; if both are null, that of the device. */
    public static native long transmitFile(
            long device, String path, FileChannel channel, long file, long offset,
            int length, ByteBuffer head, int headOffset,
            int headLength, ByteBuffer tail, int tailOffset, int tailLength, long token, int milliseconds);

    /** Returns 1. */
    public static native long shutdownOutput(long device);

    /** Returns 1. */
    public static native long shutdownInput(long device);

    /** Whether a program that reads and writes in turns is faster when its operations complete inline. */
    public static native boolean inlineSavesTime();

    /** Returns the number of bytes copied. */
    public static native long takeFirst(long device, ByteBuffer buffer, int offset, int length);
}
