package io.github.iocp4j.device;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OffCarrier;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.SerialPortNative;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * A serial port, or a device that behaves like one: a converter, a modem, a virtual port.
 *
 * <p>{@link Builder#readTimeouts} determines when a {@link #read} ends. When these timeouts end a read, the read
 * succeeds with the bytes that have arrived, possibly 0.
 */
public final class SerialPort extends StreamDevice {
    /** Event: a byte has arrived. */
    public static final int EV_RXCHAR = 0x01;
    /** Event: the driver's event character has arrived. */
    public static final int EV_RXFLAG = 0x02;
    /** Event: the last written byte was sent. */
    public static final int EV_TXEMPTY = 0x04;
    /** Event: the line CTS has changed. */
    public static final int EV_CTS = 0x08;
    /** Event: the line DSR has changed. */
    public static final int EV_DSR = 0x10;
    /** Event: the line RLSD, carrier detect, has changed. */
    public static final int EV_RLSD = 0x20;
    /** Event: the peer sends a break. */
    public static final int EV_BREAK = 0x40;
    /** Event: a framing, overrun or parity error. */
    public static final int EV_ERR = 0x80;
    /** Event: the phone rings. */
    public static final int EV_RING = 0x100;

    /** State of the line CTS, in {@link #modemStatus}. */
    public static final int MS_CTS_ON = 0x10;
    /** State of the line DSR. */
    public static final int MS_DSR_ON = 0x20;
    /** State of the line RING. */
    public static final int MS_RING_ON = 0x40;
    /** State of the line RLSD, carrier detect. */
    public static final int MS_RLSD_ON = 0x80;

    private static final int ALL_EVENTS = 0x1ff;
    // Functions of EscapeCommFunction.
    private static final int SETRTS = 3;
    private static final int CLRRTS = 4;
    private static final int SETDTR = 5;
    private static final int CLRDTR = 6;
    private static final int SETBREAK = 8;
    private static final int CLRBREAK = 9;
    // Flags of PurgeComm.
    private static final int PURGE_TXCLEAR = 4;
    private static final int PURGE_RXCLEAR = 8;

    private SerialPort(final CompletionPort port, final long key, final String name) {
        super(new OpenedDevice(port, key, name));
    }

    /** The parity bit. The order is that of {@code DCB.Parity}. */
    public enum Parity {
        /** No parity bit. */
        NONE,
        /** An odd number of bits is set. */
        ODD,
        /** An even number of bits is set. */
        EVEN,
        /** Always set. */
        MARK,
        /** Never set. */
        SPACE
    }

    /** The stop bits. The order is that of {@code DCB.StopBits}. */
    public enum StopBits {
        /** One bit. */
        ONE,
        /** One and a half, with 5 data bits. */
        ONE_AND_A_HALF,
        /** Two bits. */
        TWO
    }

    /** Flow control. */
    public enum FlowControl {
        /** None. */
        NONE,
        /** The lines RTS and CTS. */
        RTS_CTS,
        /** The lines DTR and DSR. */
        DTR_DSR,
        /** The characters XON (0x11) and XOFF (0x13), which then cannot be data. */
        XON_XOFF
    }

    /**
     * Starts to configure a serial port.
     *
     * @param port receives the completions
     * @param name {@code COM3}, or {@code \\.\NAME} for a port with another name
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the name is not valid for a serial port
     */
    public static Builder builder(final CompletionPort port, final String name) {
        return new Builder(Objects.requireNonNull(port, "port"), complete(name));
    }

    /**
     * Starts to wait for events ({@code SetCommMask}, {@code WaitCommEvent}). The completion has the opcode
     * {@link Opcode#COMM_EVENT}; its {@link CompletionBatch#detail} has the events that have occurred since the first
     * call of this method for them.
     *
     * <p>Only one such operation can wait at a time: a second one ends the first, whose detail is then 0.
     *
     * @param events a combination of {@link #EV_RXCHAR} and the other {@code EV_} constants
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when {@code events} is 0 or has an unknown event
     * @throws DeviceClosedException when the device is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long awaitEvents(final int events, final long token) {
        return startAwaitEvents(events, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts to wait for events as {@link #awaitEvents(int, long)} does, with a deadline. If none of them has occurred
     * by then, the operation is cancelled ({@code CancelIoEx}) and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param events what to wait for
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long awaitEvents(final int events, final Duration timeout, final long token) {
        return startAwaitEvents(events, token, Timeouts.deadline(timeout));
    }

    /**
     * Sets or clears the DTR line, which means that this end is ready ({@code EscapeCommFunction}).
     *
     * @param on true to set the line, false to clear it
     * @throws Win32Exception when Windows refuses, as with {@link FlowControl#DTR_DSR}
     */
    public void setDtr(final boolean on) throws Win32Exception {
        escape(on ? SETDTR : CLRDTR);
    }

    /**
     * Sets or clears the RTS line, which means that the peer may send ({@code EscapeCommFunction}).
     *
     * @param on true to set the line, false to clear it
     * @throws Win32Exception when Windows refuses, as with {@link FlowControl#RTS_CTS}
     */
    public void setRts(final boolean on) throws Win32Exception {
        escape(on ? SETRTS : CLRRTS);
    }

    /**
     * Begins or ends a break ({@code EscapeCommFunction}).
     *
     * @param on true to begin, false to end
     * @throws Win32Exception when Windows refuses
     */
    public void setBreak(final boolean on) throws Win32Exception {
        escape(on ? SETBREAK : CLRBREAK);
    }

    /**
     * The state of the peer's lines ({@code GetCommModemStatus}).
     *
     * @return a combination of {@link #MS_CTS_ON} and the other {@code MS_} constants
     * @throws Win32Exception when Windows refuses
     */
    public int modemStatus() throws Win32Exception {
        return (int) EngineError.checked(this, SerialPortNative.modemStatus(key()), "GetCommModemStatus");
    }

    /**
     * Discards received data that is not read yet ({@code PurgeComm}).
     *
     * @throws Win32Exception when Windows refuses
     */
    public void discardInput() throws Win32Exception {
        EngineError.checked(this, SerialPortNative.purge(key(), PURGE_RXCLEAR), "PurgeComm");
    }

    /**
     * Discards written data that is not sent yet ({@code PurgeComm}).
     *
     * @throws Win32Exception when Windows refuses
     */
    public void discardOutput() throws Win32Exception {
        EngineError.checked(this, SerialPortNative.purge(key(), PURGE_TXCLEAR), "PurgeComm");
    }

    private long startAwaitEvents(final int events, final long token, final int milliseconds) {
        if (events == 0 || (events & ~ALL_EVENTS) != 0) {
            throw new IllegalArgumentException("0x" + Integer.toHexString(events)
                    + " has unknown events or none: combine EV_RXCHAR and the like, in 0x" + Integer.toHexString(
                            ALL_EVENTS));
        }
        return PortAccess.get().accepted(this, SerialPortNative.awaitEvents(key(), events, token, milliseconds));
    }

    private void escape(final int function) throws Win32Exception {
        EngineError.checked(this, SerialPortNative.escape(key(), function), "EscapeCommFunction");
    }

    private static String complete(final String name) {
        Objects.requireNonNull(name, "name");
        if (name.toUpperCase(Locale.ROOT).matches("COM[0-9]{1,3}")) {
            // Without the prefix Windows accepts COM1 to COM9 only.
            return "\\\\.\\" + name;
        }
        if (name.matches("\\\\\\\\[.?]\\\\[^\\\\/\\x00-\\x1f]+.*")) {
            return name;
        }
        throw new IllegalArgumentException("\"" + Printable.of(name)
                + "\" cannot be the name of a serial port: it should look like COM3 or \\\\.\\NAME");
    }

    /**
     * Configures a serial port.
     */
    public static final class Builder {
        /** {@code MAXDWORD}. */
        public static final int MAX = -1;

        private final CompletionPort port;
        private final String name;
        private int baud = 9600;
        private int dataBits = 8;
        private Parity parity = Parity.NONE;
        private StopBits stopBits = StopBits.ONE;
        private FlowControl flowControl = FlowControl.NONE;
        private boolean dtr = true;
        private boolean rts = true;
        private int readInterval = MAX;
        private int readMultiplier = MAX;
        private int readConstant = MAX - 1;
        private int writeMultiplier;
        private int writeConstant;

        private Builder(final CompletionPort port, final String name) {
            this.port = port;
            this.name = name;
        }

        /**
         * The speed. Default: 9600.
         *
         * @param bitsPerSecond any speed that the hardware supports
         * @return this
         */
        public Builder baud(final int bitsPerSecond) {
            if (bitsPerSecond < 1) {
                throw new IllegalArgumentException("The speed is at least 1 bit per second, not " + bitsPerSecond);
            }
            baud = bitsPerSecond;
            return this;
        }

        /**
         * The number of data bits. Default: 8.
         *
         * @param bits from 5 to 8
         * @return this
         */
        public Builder dataBits(final int bits) {
            if (bits < 5 || bits > 8) {
                throw new IllegalArgumentException("A byte has from 5 to 8 data bits, not " + bits);
            }
            dataBits = bits;
            return this;
        }

        /**
         * The parity. Default: {@link Parity#NONE}.
         *
         * @param bit the parity
         * @return this
         */
        public Builder parity(final Parity bit) {
            parity = Objects.requireNonNull(bit, "parity");
            return this;
        }

        /**
         * The stop bits. Default: {@link StopBits#ONE}.
         *
         * @param bits the stop bits
         * @return this
         */
        public Builder stopBits(final StopBits bits) {
            stopBits = Objects.requireNonNull(bits, "stopBits");
            return this;
        }

        /**
         * The flow control. Default: {@link FlowControl#NONE}.
         *
         * @param control the flow control
         * @return this
         */
        public Builder flowControl(final FlowControl control) {
            flowControl = Objects.requireNonNull(control, "flowControl");
            return this;
        }

        /**
         * The state of the lines after the open, unless flow control uses them. Default: both on.
         *
         * @param dtrOn the line DTR
         * @param rtsOn the line RTS
         * @return this
         */
        public Builder lines(final boolean dtrOn, final boolean rtsOn) {
            dtr = dtrOn;
            rts = rtsOn;
            return this;
        }

        /**
         * When a read ends, in the terms of {@code COMMTIMEOUTS}; all numbers are milliseconds, unsigned.
         *
         * <ul>
         * <li>Default, {@code (MAX, MAX, MAX - 1)}: as soon as there is a byte, with all that are available.
         * <li>{@code (MAX, MAX, c)}: the same, or without a byte after {@code c}.
         * <li>{@code (MAX, 0, 0)}: at once, with the available bytes.
         * <li>{@code (i, 0, 0)}: when the buffer is full, or {@code i} has passed since the last byte, but not before
         * the first byte.
         * <li>{@code (0, m, c)}: when the buffer is full, or {@code m} times its length plus {@code c} has passed.
         * <li>{@code (0, 0, 0)}: when the buffer is full.
         * </ul>
         *
         * @param interval {@code ReadIntervalTimeout}
         * @param multiplier {@code ReadTotalTimeoutMultiplier}
         * @param constant {@code ReadTotalTimeoutConstant}
         * @return this
         */
        public Builder readTimeouts(final int interval, final int multiplier, final int constant) {
            readInterval = interval;
            readMultiplier = multiplier;
            readConstant = constant;
            return this;
        }

        /**
         * The maximum duration of a write: {@code multiplier} times its length plus {@code constant}, in milliseconds.
         * After that, the write completes with the number of bytes that were sent. Default: 0 and 0, which is no limit.
         *
         * @param multiplier {@code WriteTotalTimeoutMultiplier}
         * @param constant {@code WriteTotalTimeoutConstant}
         * @return this
         */
        public Builder writeTimeouts(final int multiplier, final int constant) {
            writeMultiplier = multiplier;
            writeConstant = constant;
            return this;
        }

        /**
         * Opens and configures the port ({@code CreateFileW}, {@code SetCommState}, {@code SetCommTimeouts}). A virtual
         * thread parks during the call and does not pin its carrier.
         *
         * @return the open port
         * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when there is no such port,
         *     {@link Win32Error#ACCESS_DENIED} when it is already open, {@link Win32Error#INVALID_PARAMETER} when the
         *     hardware does not support the settings, or another code of {@code CreateFileW} or {@code SetCommState}
         * @throws PortClosedException when the port is closed or closing
         */
        public SerialPort open() throws Win32Exception {
            final int[] settings = {
                baud, dataBits, parity.ordinal(), stopBits.ordinal(), flowControl.ordinal(), dtr ? 1 : 0, rts ? 1 : 0,
                readInterval, readMultiplier, readConstant, writeMultiplier, writeConstant
            };
            final long answer =
                    OffCarrier.call(() -> SerialPortNative.open(PortAccess.get().id(port), name, settings));
            final long key = EngineError.key(answer, "CreateFile or SetCommState " + name + hint(answer), port);
            return PortAccess.get().register(port, new SerialPort(port, key, name));
        }

        private static String hint(final long answer) {
            switch (EngineError.win32Error(answer)) {
                case Win32Error.FILE_NOT_FOUND:
                    return " (there is no such port)";
                case Win32Error.ACCESS_DENIED:
                    return " (another program may have it open)";
                default:
                    return "";
            }
        }
    }
}
