package io.github.iocp4j;

/**
 * The calls into {@code iocp4j.dll} that are about ports, bound by {@code RegisterNatives} when {@link NativeLibrary}
 * loads it; each kind of device has another such class.
 *
 * <p>Nothing in these classes throws. A call that makes something answers with its key or id, which is positive, or
 * with a Win32 error or {@link Refusal} code with its sign turned. Keys and ids are checked by the engine; stale ones
 * are refused.
 */
final class PortNative {
    private PortNative() {
    }

    /** What native code takes the record layout, the opcodes and the refusals to be, to be compared with ours. */
    static native int[] contract();

    /** {@code FormatMessageW} of a Win32 code, or an empty string. */
    static native String errorMessage(int code);

    static native long openPort(
            CompletionDispatcher dispatcher, String name, int concurrency, int workers, int batch, int operations,
            boolean polled, int mechanism);

    /** Begins to close a port, and answers whether it has ended already. */
    static native boolean closePort(long port);

    /** Whether the calling thread may wait for the end of a port or device, which a worker may not. */
    static native boolean mayWait();

    static native long post(long port, long key, int bytes, long token);

    /**
     * Fills in the counters and answers the lists, both in the order in which {@link PortSnapshot}
     * reads them; null when the port is gone.
     */
    static native long[] snapshot(long port, long[] counters);

    /** Does nothing when the port is gone, or has workers. */
    static native void wakeUp(long port);
}
