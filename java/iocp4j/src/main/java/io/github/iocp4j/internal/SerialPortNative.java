package io.github.iocp4j.internal;

import io.github.iocp4j.device.SerialPort;
import io.github.iocp4j.internal.loader.NativeLibrary;

/** Serial ports in {@code iocp4j.dll}; see {@link PortNative} for the return values. */
public final class SerialPortNative {
    static {
        NativeLibrary.bind(SerialPortNative.class);
    }

    private SerialPortNative() {
    }

    /**
     * The settings are: bits per second, data bits, parity, stop bits and flow control as in the enumerations of
     * {@link SerialPort}, DTR, RTS, and the five fields of {@code COMMTIMEOUTS}.
     */
    public static native long open(long port, String name, int[] settings);

    public static native long awaitEvents(long device, int events, long token, int milliseconds);

    /** {@code EscapeCommFunction}; returns 1. */
    public static native long escape(long device, int function);

    public static native long modemStatus(long device);

    /** {@code PurgeComm}; returns 1. */
    public static native long purge(long device, int flags);
}
