package io.github.iocp4j.socket;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Collections;

/** Converts the value of an option to the number that native code takes, and back. */
abstract class OptionValue {
    /** On or off. */
    static final OptionValue FLAG = new OptionValue() {
        @Override
        int toNumber(final String option, final Object value, final boolean ipv6) {
            return (Boolean) value ? 1 : 0;
        }

        @Override
        Object ofNumber(final int number, final boolean ipv6) {
            return number != 0;
        }
    };

    /** Seconds, -1 for off; in native code seconds + 1, 0 for off. */
    static final OptionValue LINGER = new OptionValue() {
        private static final int MOST = 65_535;

        @Override
        int toNumber(final String option, final Object value, final boolean ipv6) {
            final int seconds = (Integer) value;
            if (seconds < -1 || seconds > MOST) {
                throw new IllegalArgumentException(
                        option + " is " + seconds + " s, but must be from 0 to " + MOST + ", or -1 for off");
            }
            return seconds + 1;
        }

        @Override
        Object ofNumber(final int number, final boolean ipv6) {
            return number - 1;
        }
    };

    /** An interface, null for that which Windows chooses; in native code its IPv4 address or IPv6 index, or 0. */
    static final OptionValue INTERFACE = new OptionValue() {
        @Override
        int toNumber(final String option, final Object value, final boolean ipv6) {
            return value == null ? 0 : numberOf((NetworkInterface) value, ipv6);
        }

        @Override
        Object ofNumber(final int number, final boolean ipv6) {
            try {
                if (number == 0) {
                    return null;
                }
                // Windows also returns an index in the place of an IPv4 address: 0.0.0.0 to 0.255.255.255.
                return ipv6 || number >>> 24 == 0 ? NetworkInterface.getByIndex(number)
                        : NetworkInterface.getByInetAddress(SocketAddresses.inet4(number));
            } catch (final SocketException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    };

    /** A number in a range, both ends included. */
    static OptionValue range(final int least, final int most) {
        return new OptionValue() {
            @Override
            int toNumber(final String option, final Object value, final boolean ipv6) {
                final int number = (Integer) value;
                if (number < least || number > most) {
                    throw new IllegalArgumentException(
                            option + " is " + number + ", but must be from " + least + " to " + most);
                }
                return number;
            }

            @Override
            Object ofNumber(final int number, final boolean ipv6) {
                return number;
            }
        };
    }

    /** The number by which native code names an interface: its first IPv4 address, or its index for IPv6. */
    static int numberOf(final NetworkInterface via, final boolean ipv6) {
        if (ipv6) {
            if (via.getIndex() <= 0) {
                throw new IllegalArgumentException(via.getName() + " has no index: it cannot be used for IPv6");
            }
            return via.getIndex();
        }
        for (final InetAddress address : Collections.list(via.getInetAddresses())) {
            if (address instanceof Inet4Address) {
                return SocketAddresses.number((Inet4Address) address);
            }
        }
        throw new IllegalArgumentException(via.getName() + " has no IPv4 address: it cannot be used for IPv4");
    }

    /** Checks the type of the value, which may only be null for an interface, and converts it. */
    final int toNumber(final SocketOption<?> option, final Object value, final boolean ipv6) {
        if (value == null && this != INTERFACE) {
            throw new NullPointerException(option.name());
        }
        if (value != null && !option.type().isInstance(value)) {
            throw new IllegalArgumentException(option.name() + " is a " + value.getClass().getName() + ", but must be "
                    + "of type " + option.type().getName());
        }
        return toNumber(option.name(), value, ipv6);
    }

    abstract int toNumber(String option, Object value, boolean ipv6);

    abstract Object ofNumber(int number, boolean ipv6);
}
