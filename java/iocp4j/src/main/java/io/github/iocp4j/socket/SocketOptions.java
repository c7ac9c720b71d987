package io.github.iocp4j.socket;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.SocketNative;
import java.net.SocketOption;
import java.util.Arrays;

/** Options that are set before a socket is bound, and access to the options of an open socket. */
final class SocketOptions {
    private final SocketType type;
    private int[] numbers = {};
    private String names = "";

    SocketOptions(final SocketType type) {
        this.type = type;
    }

    /** Options of a socket that excludes others from its address, unless a later option changes that. */
    static SocketOptions exclusive(final SocketType type) {
        final SocketOptions options = new SocketOptions(type);
        if (SocketType.internet().contains(type)) {
            options.add(KnownOption.EXCLUSIVE, true);
        }
        return options;
    }

    /** Adds an option; a later value replaces an earlier one. */
    <T> void put(final SocketOption<T> option, final T value) {
        add(KnownOption.of(option, type), value);
        names += (names.isEmpty() ? "" : ", ") + option.name();
    }

    /** For native code: code and value of each option. */
    int[] toArray() {
        return numbers;
    }

    /** A hint for the message when a native call that has applied them has failed. */
    String hint(final long answer) {
        return -answer == Win32Error.WSAENOPROTOOPT ? " (this Windows lacks an option of " + names + ")" : "";
    }

    static <T> void set(final Device device, final SocketType type, final SocketOption<T> option, final T value)
            throws Win32Exception {
        final KnownOption known = KnownOption.of(option, type);
        checked(SocketNative.set(device.key(), known.code(type), known.toNumber(value, type)),
                "setsockopt ", known, option, device);
    }

    static <T> T get(final Device device, final SocketType type, final SocketOption<T> option) throws Win32Exception {
        final KnownOption known = KnownOption.of(option, type);
        final long answer = checked(SocketNative.get(device.key(), known.code(type)),
                "getsockopt ", known, option, device);
        return option.type().cast(known.ofNumber((int) (answer - 1), type));
    }

    private void add(final KnownOption known, final Object value) {
        final int number = known.toNumber(value, type);
        numbers = Arrays.copyOf(numbers, numbers.length + 2);
        numbers[numbers.length - 2] = known.code(type);
        numbers[numbers.length - 1] = number;
    }

    private static long checked(
            final long answer, final String call, final KnownOption known, final SocketOption<?> option,
            final Device device) throws Win32Exception {
        return answer > 0 ? answer : EngineError.key(answer,
                call + option.name() + ' ' + device.name() + known.hint(EngineError.win32Error(answer)), device);
    }
}
