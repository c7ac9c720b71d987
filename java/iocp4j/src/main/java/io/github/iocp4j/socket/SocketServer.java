package io.github.iocp4j.socket;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceKind;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.SocketNative;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;

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
        PortAccess.get().connections(DeviceKind.STREAM_SOCKET,
                (port, key, detail) -> new StreamSocket(port, key, SocketAddresses.remote(key)));
    }

    private final SocketAddress local;

    private SocketServer(final CompletionPort port, final long key, final SocketAddress local) {
        super(new OpenedDevice(port, key, SocketAddresses.format(local)));
        this.local = local;
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
        return new Builder(Objects.requireNonNull(port, "port"), SocketAddresses.check(address));
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
     * Configures a server.
     */
    public static final class Builder {
        private static final int MAX_LISTENING = 1024;
        private static final int MAX_FIRST_BYTES = 1 << 20;

        private final CompletionPort port;
        private final SocketAddress address;
        private final SocketOptions options = new SocketOptions();
        private boolean reuseAddress;
        private int backlog = Integer.MAX_VALUE;
        private int listening = 4;
        private int firstBytes;
        private long token;
        private Object attachment;

        private Builder(final CompletionPort port, final SocketAddress address) {
            this.port = port;
            this.address = address;
        }

        /**
         * The number of accepts in flight. Windows can accept that many clients before this process acts; further
         * clients wait in the backlog. A worker starts the next accept when it dequeues a new connection; while every
         * worker is in the listener, no accept is started. Default: 4.
         *
         * @param accepts from 1 to 1024
         * @return this
         */
        public Builder listening(final int accepts) {
            listening = inRange("listening accepts", accepts, 1, MAX_LISTENING);
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
            backlog = inRange("backlog", clients, 1, Integer.MAX_VALUE);
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
            firstBytes = inRange("first bytes", most, 0, MAX_FIRST_BYTES);
            return this;
        }

        /**
         * Whether any other socket may bind the same address at the same time ({@code SO_REUSEADDR}); it may then
         * receive connections in place of this one. Default: false, so that no other socket can
         * ({@code SO_EXCLUSIVEADDRUSE}).
         *
         * @param shared true to share the address
         * @return this
         */
        public Builder reuseAddress(final boolean shared) {
            reuseAddress = shared;
            return this;
        }

        /**
         * Whether a server at an IPv6 address, such as {@code ::}, also serves IPv4 clients ({@code IPV6_V6ONLY}).
         * Default: false.
         *
         * @param both true for both protocols
         * @return this
         * @throws IllegalArgumentException when the address is not an IPv6 address
         */
        public Builder dualStack(final boolean both) {
            SocketAddresses.checkIpv6(address);
            options.put(SocketOptions.IPV6_ONLY, !both);
            return this;
        }

        /**
         * The size of the receive buffer of connections ({@code SO_RCVBUF}). Default: set by Windows.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder receiveBuffer(final int bytes) {
            options.put(SocketOptions.RECEIVE_BUFFER, SocketOptions.checkBuffer(bytes));
            return this;
        }

        /**
         * The size of the send buffer of connections ({@code SO_SNDBUF}). Default: set by Windows.
         *
         * @param bytes at least 0
         * @return this
         */
        public Builder sendBuffer(final int bytes) {
            options.put(SocketOptions.SEND_BUFFER, SocketOptions.checkBuffer(bytes));
            return this;
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
         *
         * @return the open server
         * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEADDRINUSE} or {@link Win32Error#WSAEACCES}
         *     when another socket has that address, {@link Win32Error#WSAEADDRNOTAVAIL} when this machine does not have
         *     it, {@link Win32Error#WSAEAFNOSUPPORT} when this version of Windows does not support the address family;
         *     Unix-domain sockets require Windows 10 version 1803
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the accepts would exceed the port's ceiling of operations in flight
         */
        public SocketServer open() throws Win32Exception {
            final String wanted = SocketAddresses.format(address);
            final long answer = SocketNative.openServer(
                    PortAccess.get().id(
                            port), wanted, SocketAddresses.encode(address), sharing(), backlog, listening, firstBytes,
                    token);
            final String why = -answer == Win32Error.WSAEADDRINUSE || -answer == Win32Error.WSAEACCES
                    ? " (another socket may have that address: end its program, or choose another port)"
                    : SocketAddresses.whyNone(answer, address);
            final long key = EngineError.key(answer, "bind " + wanted + why, port);
            final SocketServer server = new SocketServer(port, key, whereIs(key));
            server.attach(attachment);
            PortAccess.get().register(port, server);
            // The first completion must find the server registered.
            final long accepting = SocketNative.listen(key);
            if (accepting < 0) {
                server.close();
            }
            EngineError.key(accepting, "listen " + wanted, port);
            return server;
        }

        /** The address with the actual port. */
        private SocketAddress whereIs(final long key) {
            final SocketAddress found = SocketAddresses.local(key);
            return found == null ? address : found;
        }

        private int[] sharing() {
            if (address instanceof UnixSocketAddress) {
                return options.toArray();
            }
            return options.and(reuseAddress ? SocketOptions.REUSE_ADDRESS : SocketOptions.EXCLUSIVE, true);
        }

        private static int inRange(final String what, final int value, final int least, final int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        what + " is " + value + ", but must be from " + least + " to " + most);
            }
            return value;
        }
    }
}
