package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;

/** Registered buffers in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class RegisteredBufferNative {
    static {
        NativeLibrary.bind(RegisteredBufferNative.class);
    }

    private RegisteredBufferNative() {
    }

    /** Returns a key, which is never used again. */
    public static native long open(ByteBuffer buffer);

    public static native void close(long buffer);
}
