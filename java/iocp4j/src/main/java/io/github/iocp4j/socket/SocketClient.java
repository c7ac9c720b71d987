package io.github.iocp4j.socket;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.StreamSocketNative;
import io.github.iocp4j.internal.Timeouts;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * Connects to TCP ports and Unix-domain sockets.
 */
public final class SocketClient {
    private SocketClient() {
    }

    /**
     * Starts to configure a connection.
     *
     * @param port receives the completions of the connection, the first of which is its {@link Opcode#CONNECT}
     * @param address the server: an {@link java.net.InetSocketAddress} or a {@link UnixSocketAddress}
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the address is not resolved, or is of another kind
     */
    public static Builder builder(final CompletionPort port, final SocketAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), SocketAddresses.check(address));
    }

    /**
     * Configures a connection.
     */
    public static final class Builder {
        private final CompletionPort port;
        private final SocketAddress address;
        private final SocketOptions options;
        private SocketAddress local;
        private int timeout = Timeouts.NO_DEADLINE;
        private Object attachment;

        private Builder(final CompletionPort port, final SocketAddress address) {
            this.port = port;
            this.address = address;
            options = new SocketOptions(SocketType.connection(address));
            local = SocketAddresses.anyLike(address);
        }

        /**
         * The local address. Default: Windows chooses an address from which the server can be reached, and a port.
         *
         * @param from an address of this machine, of the server's address family; Windows chooses the port if it is 0
         * @return this
         * @throws IllegalArgumentException when the address is not resolved, or is of another kind
         */
        public Builder localAddress(final SocketAddress from) {
            local = SocketAddresses.checkLike(from, address);
            return this;
        }

        /**
         * The connect timeout. If it passes, the {@link Opcode#CONNECT} completes with {@link Win32Error#TIMEOUT}.
         * Default: set by Windows, about 20 seconds.
         *
         * @param limit at least a millisecond
         * @return this
         */
        public Builder timeout(final Duration limit) {
            timeout = Timeouts.deadline(limit);
            return this;
        }

        /**
         * Sets an option of the socket before it is bound. The {@linkplain io.github.iocp4j.socket page of the package}
         * lists the options.
         *
         * @param <T> the type of the value
         * @param option one of {@link #supportedOptions}
         * @param value its value
         * @return this
         * @throws UnsupportedOperationException when the socket has no such option
         * @throws IllegalArgumentException when the value is of a wrong type or out of range
         */
        public <T> Builder option(final SocketOption<T> option, final T value) {
            options.put(option, value);
            return this;
        }

        /**
         * The options that {@link #option} takes.
         *
         * @return the options, unmodifiable
         */
        public Set<SocketOption<?>> supportedOptions() {
            return KnownOption.supported(SocketType.connection(address));
        }

        /**
         * The {@link Device#attachment}, which is set before the first completion. Default: none.
         *
         * @param object the object, or null for none
         * @return this
         */
        public Builder attach(final Object object) {
            attachment = object;
            return this;
        }

        /**
         * Creates a socket and starts to connect it ({@code WSASocketW}, {@code bind}, {@code ConnectEx};
         * {@code connect} for a Unix-domain socket). The socket can be used when its {@link Opcode#CONNECT} has
         * completed with success. If it completes with an error, such as {@link Win32Error#WSAECONNREFUSED}, close the
         * socket.
         *
         * @param token any number; {@link Completion#token} of that completion returns it
         * @return the socket
         * @throws Win32Exception when Windows does not support the socket's family, or refuses to bind it
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the port's ceiling of operations in flight is reached
         */
        public StreamSocket connect(final long token) throws Win32Exception {
            final long answer = StreamSocketNative.open(PortAccess.get().id(port), SocketAddresses.format(address),
                    SocketAddresses.encode(local), options.toArray());
            // The local address of a Unix-domain client is empty.
            final String call = address instanceof UnixSocketAddress
                    ? "socket for " + address : "bind " + SocketAddresses.format(local);
            final long key = EngineError.key(
                    answer, call + SocketAddresses.whyNone(answer, address) + options.hint(answer), port);
            final StreamSocket socket = new StreamSocket(
                    port, key, new StreamSocket.Outgoing(SocketType.connection(address), address));
            socket.attach(attachment);
            PortAccess.get().register(port, socket);
            try {
                socket.start(address, token, timeout);
            } catch (final RuntimeException refused) {
                socket.close(Duration.ZERO);
                throw refused;
            }
            return socket;
        }
    }
}
