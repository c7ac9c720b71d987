package io.github.iocp4j.socket;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.SocketNative;
import io.github.iocp4j.internal.Timeouts;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * A server on a TCP port or Unix-domain socket.
 *
 * <p>Several accepts ({@code AcceptEx}) are in flight at any time. When an accept completes, native code starts another
 * one before it calls the listener. Each connection arrives at the listener as a completion with opcode
 * {@link Opcode#ACCEPT}, whose {@link CompletionBatch#device} is the new {@link StreamSocket}.
 *
 * <p>If a client disconnects before it is accepted, native code starts another accept at once, and the listener
 * receives no completion. If the server lacks a resource (memory, sockets, its own handle), or if 1 024 accepts in a
 * row have failed, the listener receives one failed {@link Opcode#ACCEPT}: its device is the server, and its status is
 * the cause. Native code tries again after 1 ms, and doubles the pause after each failure, up to 250 ms.
 *
 * <p>Closing the server ends the accepts; its connections stay open until they are closed.
 */
public final class SocketServer extends Device {
    static {
        PortAccess.get().connections(DeviceKind.STREAM_SOCKET, (port, key, detail) -> connection(port, key));
        PortAccess.get().detachedConnections(
                DeviceKind.STREAM_SOCKET, (key, detail) -> DetachedSocket.accepted(key));
    }

    private final SocketAddress local;
    private final boolean onDemand;

    private SocketServer(
            final CompletionPort port, final long key, final SocketAddress local, final boolean onDemand) {
        super(new OpenedDevice(port, key, SocketAddresses.format(local)));
        this.local = local;
        this.onDemand = onDemand;
    }

    /**
     * Starts to configure a server.
     *
     * @param port receives the connections and their completions
     * @param address an {@link InetSocketAddress}, where Windows chooses the port if it is 0, or a
     *     {@link UnixSocketAddress}, whose file must not exist; the server does not remove the file
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the address is not resolved, or is of another kind
     */
    public static Builder builder(final CompletionPort port, final SocketAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), SocketAddresses.check(address), null);
    }

    /**
     * Starts to configure a server on a socket that exists already.
     *
     * @param port receives the connections and their completions
     * @param socket a socket that is bound; {@link Builder#open} makes it the server's
     * @return a builder with the defaults that its methods document; options are those of the socket
     */
    public static Builder from(final CompletionPort port, final DetachedSocket<StreamSocket> socket) {
        return new Builder(Objects.requireNonNull(port, "port"), null, Objects.requireNonNull(socket, "socket"));
    }

    /**
     * Starts one accept ({@code AcceptEx}) on a server that accepts on demand: see {@link Builder#listening}. It
     * completes once with opcode {@link Opcode#ACCEPT}. After success, {@link CompletionBatch#device} is the new
     * connection; after a failure it is the server. If its client disconnects before it is accepted, the accept may
     * fail with {@link Win32Error#WSAECONNRESET}, {@link Win32Error#WSAECONNABORTED}, {@link Win32Error#WSAENOTCONN} or
     * {@link Win32Error#NETNAME_DELETED}; the server can accept others. After {@link #cancel} it completes with
     * {@link Win32Error#OPERATION_ABORTED}, after the close of the server with {@link Win32Error#HANDLES_CLOSED}. Other
     * codes, such as {@link Win32Error#WSAENOBUFS}, report what the system lacks.
     *
     * @param token any number; {@link io.github.iocp4j.Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws UnsupportedOperationException when the server keeps accepts in flight itself
     * @throws DeviceClosedException when the server is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long accept(final long token) {
        return accept(token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts one accept as {@link #accept(long)} does, with a deadline, after which it is cancelled and completes with
     * {@link Win32Error#TIMEOUT}.
     *
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link io.github.iocp4j.Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long accept(final Duration timeout, final long token) {
        return accept(token, Timeouts.deadline(timeout));
    }

    /**
     * The server's address, with the actual port.
     *
     * @return an {@link InetSocketAddress} or a {@link UnixSocketAddress}
     */
    public SocketAddress localAddress() {
        return local;
    }

    /**
     * The TCP port.
     *
     * @return from 1 to 65 535; 0 for a Unix-domain socket
     */
    public int localPort() {
        return local instanceof InetSocketAddress ? ((InetSocketAddress) local).getPort() : 0;
    }

    /**
     * Sets an option ({@code setsockopt}). The {@linkplain io.github.iocp4j.socket page of the package} lists the
     * options. New connections inherit the sizes of buffers.
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @param value its value
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws IllegalArgumentException when the value is of a wrong type or out of range
     * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAENOPROTOOPT} when this Windows lacks the
     *     option, {@link Win32Error#WSAEINVAL} when the option cannot be changed any more, because the socket is bound
     * @throws DeviceClosedException when the socket is closed
     */
    public <T> void option(final SocketOption<T> option, final T value) throws Win32Exception {
        SocketOptions.set(this, SocketType.server(local), option, value);
    }

    /**
     * Returns the value of an option ({@code getsockopt}).
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @return the value
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed
     */
    public <T> T option(final SocketOption<T> option) throws Win32Exception {
        return SocketOptions.get(this, SocketType.server(local), option);
    }

    /**
     * The options of this kind of socket.
     *
     * @return the options, unmodifiable
     */
    public Set<SocketOption<?>> supportedOptions() {
        return KnownOption.supported(SocketType.server(local));
    }

    private long accept(final long token, final int milliseconds) {
        if (!onDemand) {
            throw new UnsupportedOperationException(
                    this + " keeps accepts in flight itself: build it with listening(0) to accept on demand");
        }
        return PortAccess.get().accepted(this, SocketNative.accept(key(), token, milliseconds));
    }

    private static StreamSocket connection(final CompletionPort port, final long key) {
        return new StreamSocket(port, key, SocketAddresses.remote(key));
    }

    /**
     * Configures a server.
     */
    public static final class Builder {
        private static final int MAX_LISTENING = 1024;
        private static final int MAX_FIRST_BYTES = 1 << 20;

        private final CompletionPort port;
        /** Null for a socket that is bound already. */
        private final SocketAddress address;
        /** Null for a socket that is created by {@link #open}. */
        private final DetachedSocket<StreamSocket> socket;
        private final SocketOptions options;
        private int backlog = Integer.MAX_VALUE;
        private int listening = 4;
        private int firstBytes;
        private boolean detached;
        private long token;
        private Object attachment;

        private Builder(
                final CompletionPort port, final SocketAddress address, final DetachedSocket<StreamSocket> socket) {
            this.port = port;
            this.address = address;
            this.socket = socket;
            options = SocketOptions.exclusive(SocketType.server(address));
        }

        /**
         * The number of accepts in flight. Windows can accept that many clients before this process acts; further
         * clients wait in the backlog. A worker starts the next accept when it dequeues a new connection; while every
         * worker is in the listener, no accept is started. Default: 4.
         *
         * <p>With 0 the server accepts on demand: each call of {@link SocketServer#accept(long)} starts one accept, and
         * no other is started. Clients wait in the backlog meanwhile.
         *
         * @param accepts from 0 to 1024
         * @return this
         */
        public Builder listening(final int accepts) {
            listening = Ranges.inRange("listening", accepts, 0, MAX_LISTENING);
            return this;
        }

        /**
         * Makes connections that belong to no port: {@link CompletionBatch#detached} of the {@link Opcode#ACCEPT} is a
         * {@link DetachedSocket}, which the listener associates with a port of its choice, or closes. Default: the
         * connections are devices of the server's port.
         *
         * @return this
         */
        public Builder detached() {
            detached = true;
            return this;
        }

        /**
         * The number of clients that wait in Windows while no accept is in flight ({@code listen}). Default: set by
         * Windows.
         *
         * @param clients at least 1
         * @return this
         */
        public Builder backlog(final int clients) {
            backlog = Ranges.inRange("backlog", clients, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Makes each accept wait for the client's first bytes, which saves a read: see {@link StreamSocket#takeFirst}.
         * A client that connects and sends nothing occupies an accept. As many such clients as {@link #listening} block
         * all other clients; therefore do not use this for a server that untrusted clients can reach. Default: 0, which
         * does not wait.
         *
         * @param most the maximum number of bytes, up to 1 048 576
         * @return this
         */
        public Builder firstBytes(final int most) {
            firstBytes = Ranges.inRange("firstBytes", most, 0, MAX_FIRST_BYTES);
            return this;
        }

        /**
         * Sets an option of the server before it is bound. The {@linkplain io.github.iocp4j.socket page of the package}
         * lists the options.
         *
         * @param <T> the type of the value
         * @param option one of {@link #supportedOptions}
         * @param value its value; connections inherit the sizes of buffers
         * @return this
         * @throws UnsupportedOperationException when the server has no such option
         * @throws IllegalArgumentException when the value is of a wrong type or out of range
         * @throws IllegalStateException when the socket exists already: set its own options
         */
        public <T> Builder option(final SocketOption<T> option, final T value) {
            if (socket != null) {
                throw new IllegalStateException("The socket exists already: call option() of " + socket);
            }
            options.put(option, value);
            return this;
        }

        /**
         * The options that {@link #option} takes.
         *
         * @return the options, unmodifiable; none when the socket exists already
         */
        public Set<SocketOption<?>> supportedOptions() {
            return socket != null ? Set.of() : KnownOption.supported(SocketType.server(address));
        }

        /**
         * The token of this server's {@link Opcode#ACCEPT} completions. Default: 0.
         *
         * @param value any number
         * @return this
         */
        public Builder token(final long value) {
            token = value;
            return this;
        }

        /**
         * The {@link Device#attachment} of the server, which is set before the first completion. Default: none.
         *
         * @param object the object, or null for none. The connections do not inherit it: the listener attaches their
         *     objects at {@link Opcode#ACCEPT}, before their other completions
         * @return this
         */
        public Builder attach(final Object object) {
            attachment = object;
            return this;
        }

        /**
         * Binds the address and begins to accept ({@code WSASocketW}, {@code bind}, {@code listen}, {@code AcceptEx}).
         * If this fails after a socket of the program has been associated with the port, the socket is closed.
         *
         * @return the open server
         * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEADDRINUSE} or {@link Win32Error#WSAEACCES}
         *     when another socket has that address, {@link Win32Error#WSAEADDRNOTAVAIL} when this machine does not have
         *     it, {@link Win32Error#WSAEAFNOSUPPORT} when this version of Windows does not support the address family;
         *     Unix-domain sockets require Windows 10 version 1803
         * @throws PortClosedException when the port is closed or closing
         * @throws IllegalStateException when the socket of the program is not bound
         * @throws DeviceClosedException when the socket of the program is closed or has been associated
         * @throws OperationLimitException when the accepts would exceed the port's ceiling of operations in flight
         */
        public SocketServer open() throws Win32Exception {
            final long key = socket == null ? bind() : serve();
            final SocketServer server = new SocketServer(port, key, whereIs(key), listening == 0);
            server.attach(attachment);
            PortAccess.get().register(port, server);
            // The first completion must find the server registered.
            final long accepting = SocketNative.listen(key);
            if (accepting < 0) {
                server.close();
            }
            EngineError.key(accepting, "listen " + server.name(), port);
            return server;
        }

        private long bind() throws Win32Exception {
            final String wanted = SocketAddresses.format(address);
            final long answer = SocketNative.openServer(
                    PortAccess.get().id(port), wanted, SocketAddresses.encode(address), options.toArray(), backlog,
                    listening, firstBytes, detached, token);
            final String why = -answer == Win32Error.WSAEADDRINUSE || -answer == Win32Error.WSAEACCES
                    ? " (another socket may have that address: end its program, or choose another port)"
                    : SocketAddresses.whyNone(answer, address) + options.hint(answer);
            return EngineError.key(answer, "bind " + wanted + why, port);
        }

        private long serve() throws Win32Exception {
            final SocketAddress bound = socket.localAddress();
            if (bound == null) {
                throw new IllegalStateException(socket + " is not bound: bind it before it becomes a server");
            }
            return PortAccess.get().taken(socket, port, SocketNative.serve(
                    socket.key(), PortAccess.get().id(port), SocketAddresses.format(bound), backlog, listening,
                    firstBytes, detached, token), "serve");
        }

        /** The address with the actual port. */
        private SocketAddress whereIs(final long key) {
            final SocketAddress found = SocketAddresses.local(key);
            return found == null ? address : found;
        }
    }
}
