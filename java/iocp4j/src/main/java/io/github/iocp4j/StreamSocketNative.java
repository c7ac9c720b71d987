package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Connections in {@code iocp4j.dll}; see {@link PortNative} for the return values, and {@link SocketNative}. */
final class StreamSocketNative {
    private StreamSocketNative() {
    }

    static native long open(long port, String name, byte[] local, int[] options);

    static native long connect(long device, byte[] remote, long token, int milliseconds);

    static native long disconnect(long device, boolean reuse, long token, int milliseconds);

    /** The ranges are offset and length for each buffer. */
    static native long readInto(long device, ByteBuffer[] buffers, int[] ranges, long token, int milliseconds);

    static native long writeFrom(long device, ByteBuffer[] buffers, int[] ranges, long token, int milliseconds);

    /** The file is that of the path, or if the path is null that of the device. */
    static native long transmitFile(
            long device, String path, long file, long offset, int length, ByteBuffer head, int headOffset,
            int headLength, ByteBuffer tail, int tailOffset, int tailLength, long token, int milliseconds);

    /** Returns 1. */
    static native long shutdownOutput(long device);

    /** Returns the number of bytes copied. */
    static native long takeFirst(long device, ByteBuffer buffer, int offset, int length);
}
