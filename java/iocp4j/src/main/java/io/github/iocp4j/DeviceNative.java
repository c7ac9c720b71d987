package io.github.iocp4j;

import java.nio.ByteBuffer;

/** What all devices have in common, in {@code iocp4j.dll}; see {@link PortNative} for what the calls answer. */
final class DeviceNative {
    private DeviceNative() {
    }

    /** What the device was opened as, or an empty string when it is closed. */
    static native String name(long device);

    /** Whether that key still stands for a device, be it one that is being closed. */
    static native boolean exists(long device);

    /** Begins to close a device, and answers whether it has ended already. */
    static native boolean close(long device);

    static native boolean cancel(long device, long operation);

    static native boolean isPending(long device, long operation);

    static native void cancelAll(long device);

    /** Answers 1, or the error with its sign turned. */
    static native long completeInline(long device);

    /**
     * The position counts for devices that have one. A negative number of milliseconds is no deadline. Both hold for
     * {@link #write} too.
     */
    static native long read(
            long device, ByteBuffer buffer, int offset, int length, long position, long token, int milliseconds);

    static native long write(
            long device, ByteBuffer buffer, int offset, int length, long position, long token, int milliseconds);

    /** The same in a part of a registered buffer. */
    static native long readRegistered(
            long device, long buffer, int offset, int length, long position, long token, int milliseconds);

    static native long writeRegistered(
            long device, long buffer, int offset, int length, long position, long token, int milliseconds);

    /** Either buffer may be null. */
    static native long control(
            long device, int code, ByteBuffer in, int inOffset, int inLength, ByteBuffer out, int outOffset,
            int outLength, long token, int milliseconds);
}
