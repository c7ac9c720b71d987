package io.github.iocp4j;

/** Serial ports in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
final class SerialPortNative {
    private SerialPortNative() {
    }

    /**
     * The settings are: bits per second, data bits, parity, stop bits and flow control as in the enumerations of
     * {@link SerialPort}, DTR, RTS, and the five fields of {@code COMMTIMEOUTS}.
     */
    static native long open(long port, String name, int[] settings);

    static native long awaitEvents(long device, int events, long token, int milliseconds);

    /** {@code EscapeCommFunction}; returns 1. */
    static native long escape(long device, int function);

    static native long modemStatus(long device);

    /** {@code PurgeComm}; returns 1. */
    static native long purge(long device, int flags);
}
