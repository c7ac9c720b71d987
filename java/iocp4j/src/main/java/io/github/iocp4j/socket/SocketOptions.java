package io.github.iocp4j.socket;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.SocketNative;
import io.github.iocp4j.internal.Timeouts;
import java.time.Duration;
import java.util.Arrays;

/** Options that are set before a socket is bound, and access to options afterwards. */
final class SocketOptions {
    // The codes of native/devices/socket/Socket.h.
    static final int NO_DELAY = 1;
    static final int KEEP_ALIVE = 2;
    static final int KEEP_ALIVE_TIMES = 3;
    static final int SEND_BUFFER = 4;
    static final int RECEIVE_BUFFER = 5;
    static final int LINGER = 6;
    static final int REUSE_ADDRESS = 7;
    static final int EXCLUSIVE = 8;
    static final int BROADCAST = 9;
    static final int IPV6_ONLY = 10;

    private static final int MAX_LINGER = 65_534;

    private int[] numbers = {};

    /** Adds an option; a later value replaces an earlier one. */
    SocketOptions put(final int option, final int value) {
        numbers = Arrays.copyOf(numbers, numbers.length + 3);
        numbers[numbers.length - 3] = option;
        numbers[numbers.length - 2] = value;
        return this;
    }

    SocketOptions put(final int option, final boolean value) {
        return put(option, value ? 1 : 0);
    }

    /** The options added so far plus one more, which is not added. */
    int[] and(final int option, final boolean value) {
        final SocketOptions all = new SocketOptions();
        all.numbers = numbers;
        return all.put(option, value).numbers;
    }

    /** For native code: three numbers each. */
    int[] toArray() {
        return numbers;
    }

    static int checkBuffer(final int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("A socket's buffer cannot have " + bytes + " bytes");
        }
        return bytes;
    }

    /** Native code uses seconds + 1, and 0 for off. */
    static int checkLinger(final int seconds) {
        if (seconds < -1 || seconds > MAX_LINGER) {
            throw new IllegalArgumentException(
                    "linger is " + seconds + " s, but must be from 0 to " + MAX_LINGER + ", or -1 for off");
        }
        return seconds + 1;
    }

    static void set(final Device device, final int option, final int value) throws Win32Exception {
        EngineError.key(SocketNative.set(device.key(), option, value, 0), "setsockopt " + device.name(), device);
    }

    static void set(final Device device, final int option, final boolean value) throws Win32Exception {
        set(device, option, value ? 1 : 0);
    }

    static void setKeepAliveTimes(final Device device, final Duration idle, final Duration interval)
            throws Win32Exception {
        EngineError.key(
                SocketNative.set(device.key(), KEEP_ALIVE_TIMES, Timeouts.milliseconds(idle),
                        Timeouts.milliseconds(interval)),
                "WSAIoctl SIO_KEEPALIVE_VALS " + device.name(), device);
    }

    static int get(final Device device, final int option) throws Win32Exception {
        return (int) EngineError.key(SocketNative.get(device.key(), option), "getsockopt " + device.name(), device) - 1;
    }
}
