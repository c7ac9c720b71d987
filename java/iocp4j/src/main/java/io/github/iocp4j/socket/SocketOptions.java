package io.github.iocp4j.socket;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.DetachedSocketNative;
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
        final long answer = SocketNative.set(device.key(), known.code(type), known.toNumber(value, type));
        if (answer <= 0) {
            EngineError.key(answer, call("setsockopt ", option, device.name(), known, answer), device);
        }
    }

    static <T> T get(final Device device, final SocketType type, final SocketOption<T> option) throws Win32Exception {
        final KnownOption known = KnownOption.of(option, type);
        final long answer = SocketNative.get(device.key(), known.code(type));
        if (answer <= 0) {
            EngineError.key(answer, call("getsockopt ", option, device.name(), known, answer), device);
        }
        return option.type().cast(known.ofNumber((int) (answer - 1), type));
    }

    static <T> void set(
            final DetachedSocket<?> socket, final SocketType type, final SocketOption<T> option, final T value)
            throws Win32Exception {
        final KnownOption known = KnownOption.of(option, type);
        final long answer = DetachedSocketNative.set(socket.key(), known.code(type), known.toNumber(value, type));
        if (answer <= 0) {
            socket.checked(answer, call("setsockopt ", option, socket.name(), known, answer));
        }
    }

    static <T> T get(final DetachedSocket<?> socket, final SocketType type, final SocketOption<T> option)
            throws Win32Exception {
        final KnownOption known = KnownOption.of(option, type);
        final long answer = DetachedSocketNative.get(socket.key(), known.code(type));
        if (answer <= 0) {
            socket.checked(answer, call("getsockopt ", option, socket.name(), known, answer));
        }
        return option.type().cast(known.ofNumber((int) (answer - 1), type));
    }

    private void add(final KnownOption known, final Object value) {
        final int number = known.toNumber(value, type);
        numbers = Arrays.copyOf(numbers, numbers.length + 2);
        numbers[numbers.length - 2] = known.code(type);
        numbers[numbers.length - 1] = number;
    }

    /** What has failed, for the message. */
    private static String call(
            final String function, final SocketOption<?> option, final String name, final KnownOption known,
            final long answer) {
        return function + option.name() + ' ' + name + known.hint(EngineError.win32Error(answer));
    }
}
