package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Registered buffers in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class RegisteredBufferNative {
    private RegisteredBufferNative() {
    }

    /** Returns a key, which is never used again. */
    static native long open(ByteBuffer buffer);

    static native void close(long buffer);
}
