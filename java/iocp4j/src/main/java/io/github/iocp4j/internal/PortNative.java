package io.github.iocp4j.internal;

import io.github.iocp4j.internal.loader.NativeLibrary;

/**
 * Calls on ports in {@code iocp4j.dll}, bound by {@code RegisterNatives} when {@link NativeLibrary} loads it. Each kind
 * of device has its own class of native methods, which is bound when it is first used.
 *
 * <p>No native method throws. A call that creates an object or starts an operation returns its positive key or id, or a
 * negated Win32 error or {@link EngineError} code. The engine checks keys and ids; it refuses stale ones.
 */
public final class PortNative {
    private PortNative() {
    }

    /**
     * Binds the native methods of another class.
     *
     * @param type the class
     * @param name its name, with slashes
     * @return false if the DLL has no methods for a class of that name
     */
    public static native boolean bind(Class<?> type, String name);

    /** The DLL's record layout, opcodes and refusal codes, for comparison with ours. */
    public static native int[] contract();

    /** {@code FormatMessageW} of a Win32 code, or an empty string. */
    public static native String errorMessage(int code);

    public static native long openPort(
            CompletionReceiver dispatcher, String name, int concurrency, int workers, int batch, int operations,
            boolean polled, int mechanism);

    /** Begins to close a port, and returns whether it has already ended. */
    public static native boolean closePort(long port);

    /** Whether the calling thread may wait for the end of a port or device; a worker may not. */
    public static native boolean mayWait();

    public static native long post(long port, long key, int bytes, long token);

    /**
     * Fills in the counters and returns the lists, both in the order in which {@code NativeSnapshot} reads them; null
     * when the port is gone.
     */
    public static native long[] snapshot(long port, long[] counters);

    /** Does nothing when the port is gone or has workers. */
    public static native void wakeUp(long port);
}
