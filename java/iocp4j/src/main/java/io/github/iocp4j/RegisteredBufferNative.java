package io.github.iocp4j;

import java.nio.ByteBuffer;

/** Registered buffers in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class RegisteredBufferNative {
    private RegisteredBufferNative() {
    }

    /** Answers a key, which no other buffer ever gets. */
    static native long open(ByteBuffer buffer);

    static native void close(long buffer);
}
