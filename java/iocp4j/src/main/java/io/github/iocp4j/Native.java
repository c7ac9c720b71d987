package io.github.iocp4j;

import java.nio.ByteBuffer;

/**
 * The calls into {@code iocp4j.dll}, bound by {@code RegisterNatives} when {@link NativeLibrary} loads it.
 *
 * <p>Nothing here throws. A call that makes something answers with its key or id, which is positive, or with a Win32
 * error or {@link Refusal} code with its sign turned. Keys and ids are checked by the engine; stale ones are refused.
 */
final class Native {
    private Native() {
    }

    /** What native code takes the record layout, the opcodes and the refusals to be, to be compared with ours. */
    static native int[] contract();

    /** {@code FormatMessageW} of a Win32 code, or an empty string. */
    static native String errorMessage(int code);

    static native long openPort(
            CompletionDispatcher dispatcher, String name, int concurrency, int workers, int batch, int operations);

    /** Answers whether everything has ended before the time was up. */
    static native boolean closePort(long port, int milliseconds);

    static native long post(long port, long key, int bytes, long token);

    /**
     * Fills in the counters and answers the figures of the devices, both in the order in which {@link PortSnapshot}
     * reads them; null when the port is gone, or when the array is too short for the counters.
     */
    static native long[] snapshot(long port, long[] counters);

    /** What the device was opened as, or an empty string when it is closed. */
    static native String deviceName(long device);

    static native boolean closeDevice(long device, int milliseconds);

    static native boolean cancel(long device, long operation);

    static native void cancelAll(long device);

    /** A negative number of milliseconds is no deadline; so in {@link #write}. */
    static native long read(long device, ByteBuffer buffer, int offset, int length, long token, int milliseconds);

    static native long write(long device, ByteBuffer buffer, int offset, int length, long token, int milliseconds);

    static native long openPipeServer(
            long port, String name, int direction, int mode, int inBuffer, int outBuffer, int maxInstances,
            int listening, boolean acceptRemote, String sddl, long token);

    /** Begins to wait for clients; answers 1, or why not a single instance waits. */
    static native long listen(long server);

    static native long connectPipe(long port, String name, int direction, boolean messages, int milliseconds);

    /** The process that serves a client's pipe, or 0. */
    static native int pipeServerProcessId(long device);
}
