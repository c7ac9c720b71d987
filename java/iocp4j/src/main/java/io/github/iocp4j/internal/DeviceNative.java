package io.github.iocp4j.internal;

import io.github.iocp4j.Opcode;
import io.github.iocp4j.internal.loader.NativeLibrary;
import java.nio.ByteBuffer;

/** Calls on any device, in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class DeviceNative {
    static {
        NativeLibrary.bind(DeviceNative.class);
    }

    private DeviceNative() {
    }

    /** The device's name, or an empty string when it is closed. */
    public static native String name(long device);

    /** Whether that key is still valid, also for a device that is closing. */
    public static native boolean exists(long device);

    /** Begins to close a device, and returns whether it has already ended. */
    public static native boolean close(long device);

    public static native boolean cancel(long device, long operation);

    public static native boolean isPending(long device, long operation);

    public static native void cancelAll(long device);

    /** The same for those with that {@link Opcode#code}; returns how many were found. */
    public static native int cancelAllOf(long device, int opcode);

    /** Returns 1, or the negated error. */
    public static native long completeInline(long device);

    /**
     * Devices without positions ignore the position. A negative number of milliseconds is no deadline. Both also apply
     * to {@link #write}.
     */
    public static native long read(
            long device, ByteBuffer buffer, int offset, int length, long position, long token, int milliseconds);

    public static native long write(
            long device, ByteBuffer buffer, int offset, int length, long position, long token, int milliseconds);

    /** As above, into a part of a registered buffer. */
    public static native long readRegistered(
            long device, long buffer, int offset, int length, long position, long token, int milliseconds);

    public static native long writeRegistered(
            long device, long buffer, int offset, int length, long position, long token, int milliseconds);

    /**
     * Reads from a device without positions into a part of a registered buffer, and waits until the read is over. No
     * completion follows. The answer, if no refusal, is the Win32 error code times 2^31 plus the byte count.
     */
    public static native long readAndWait(long device, long buffer, int offset, int length, int milliseconds);

    /** Ends a read that waits there, with a status of its own; if none does, the next one ends when it begins. */
    public static native void wakeRead(long device);

    /** Either buffer may be null. */
    public static native long control(
            long device, int code, ByteBuffer in, int inOffset, int inLength, ByteBuffer out, int outOffset,
            int outLength, long token, int milliseconds);
}
