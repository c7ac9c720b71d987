package io.github.iocp4j.socket;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Objects;

/**
 * Options of sockets that {@link StandardSocketOptions} lacks. The {@linkplain io.github.iocp4j.socket page of the
 * package} lists all options.
 *
 * <p>An option is recognized by its name and type. Therefore the options of the same names in
 * {@code jdk.net.ExtendedSocketOptions} work as well; this library does not need the module {@code jdk.net}.
 */
public final class WinsockOptions {
    /**
     * How long a connection is silent before Windows sends the first keep-alive probe, in seconds from 1 on
     * ({@code TCP_KEEPIDLE}). Windows supports it since Windows 10 version 1709; older versions answer
     * {@code WSAENOPROTOOPT}. It has no effect without {@link StandardSocketOptions#SO_KEEPALIVE}.
     */
    public static final SocketOption<Integer> TCP_KEEPIDLE = new Option<>("TCP_KEEPIDLE", Integer.class);

    /**
     * The time between keep-alive probes that are not answered, in seconds from 1 on ({@code TCP_KEEPINTVL}). Windows
     * supports it since Windows 10 version 1709.
     */
    public static final SocketOption<Integer> TCP_KEEPINTERVAL = new Option<>("TCP_KEEPINTERVAL", Integer.class);

    /**
     * The number of keep-alive probes without an answer after which Windows resets the connection, from 1 to 255
     * ({@code TCP_KEEPCNT}). Windows supports it since Windows 10 version 1703.
     */
    public static final SocketOption<Integer> TCP_KEEPCOUNT = new Option<>("TCP_KEEPCOUNT", Integer.class);

    /**
     * Whether no other socket can be bound to the same address and port ({@code SO_EXCLUSIVEADDRUSE}). Servers and UDP
     * sockets of this library turn it on. It can be changed until the socket is bound. Turning it on turns
     * {@link StandardSocketOptions#SO_REUSEADDR} off, and the other way round.
     */
    public static final SocketOption<Boolean> SO_EXCLUSIVEADDRUSE = new Option<>("SO_EXCLUSIVEADDRUSE", Boolean.class);

    /**
     * Whether a receive of a UDP socket completes with {@code WSAECONNRESET} after an earlier datagram of the socket
     * has reached a machine without a socket at that port ({@code SIO_UDP_CONNRESET}). On in a new socket.
     */
    public static final SocketOption<Boolean> UDP_CONNRESET = new Option<>("UDP_CONNRESET", Boolean.class);

    /**
     * Whether an IPv6 socket is for IPv6 only ({@code IPV6_V6ONLY}). On in a new socket; turned off, a socket at
     * {@code ::} serves both. It can be changed until the socket is bound.
     */
    public static final SocketOption<Boolean> IPV6_V6ONLY = new Option<>("IPV6_V6ONLY", Boolean.class);

    /** Whether reads of a TCP connection return out-of-band data, too ({@code SO_OOBINLINE}). Off in a new socket. */
    public static final SocketOption<Boolean> SO_OOBINLINE = new Option<>("SO_OOBINLINE", Boolean.class);

    private WinsockOptions() {
    }

    private static final class Option<T> implements SocketOption<T> {
        private final String name;
        private final Class<T> type;

        Option(final String name, final Class<T> type) {
            this.name = Objects.requireNonNull(name);
            this.type = Objects.requireNonNull(type);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Class<T> type() {
            return type;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
