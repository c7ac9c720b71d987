package io.github.iocp4j;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Objects;

/**
 * A TCP port or Unix-domain socket that clients can connect to.
 *
 * <p>Several accepts ({@code AcceptEx}) are in flight at any time; when one is taken, native code starts another before
 * the listener learns of the connection. Each connection arrives at the listener as a completion with opcode
 * {@link Opcode#ACCEPT}, whose {@link CompletionBatch#device} is the new {@link StreamSocket}.
 *
 * <p>A client that is gone before it is accepted costs nothing: native code starts another accept at once, and the
 * listener sees no completion. When the server itself lacks something (memory, sockets, its own handle), or when 1 024
 * accepts in a row have failed, the listener sees one accept whose device is the server and whose status says why, and
 * native code tries again after 1 ms, then after twice as long each time, up to 250 ms. Closing the server ends the
 * accepts; connections live on until they are closed.
 */
public final class SocketServer extends Device {
    private final SocketAddress local;

    private SocketServer(final CompletionPort port, final long key, final SocketAddress local) {
        super(port, key, SocketAddresses.format(local));
        this.local = local;
    }

    /**
     * Starts the description of a server.
     *
     * @param port receives the connections and everything that happens on them
     * @param address where to serve: an {@link InetSocketAddress}, whose port 0 lets Windows choose, or a
     *     {@link UnixSocketAddress}, whose file must not exist and is not removed
     * @return a builder with the defaults that its methods tell
     * @throws IllegalArgumentException when the address is not resolved, or of another kind
     */
    public static Builder builder(final CompletionPort port, final SocketAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), SocketAddresses.check(address));
    }

    /**
     * Where the server is, with the port that Windows has chosen where it was to.
     *
     * @return an {@link InetSocketAddress} or a {@link UnixSocketAddress}
     */
    public SocketAddress localAddress() {
        return local;
    }

    /**
     * The number of the TCP port.
     *
     * @return from 1 to 65 535; 0 for a Unix-domain socket
     */
    public int localPort() {
        return local instanceof InetSocketAddress ? ((InetSocketAddress) local).getPort() : 0;
    }

    /**
     * Describes a server.
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
         * How many accepts are kept in flight, so that as many clients at once are accepted without a step in between;
         * others wait in the backlog. Default: 4.
         *
         * @param accepts from 1 to 1024
         * @return this
         */
        public Builder listening(final int accepts) {
            listening = inRange("listening accepts", accepts, 1, MAX_LISTENING);
            return this;
        }

        /**
         * How many clients Windows keeps waiting while all accepts are taken ({@code listen}). Default: as many as
         * Windows thinks fit.
         *
         * @param clients at least 1
         * @return this
         */
        public Builder backlog(final int clients) {
            backlog = inRange("backlog", clients, 1, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Has each accept wait for the client's first bytes, which saves a read: see {@link StreamSocket#takeFirst}. A
         * client that connects and says nothing keeps an accept busy for as long as it likes, so that
         * {@link #listening} silent clients keep everybody out; for a server that strangers can reach it is not.
         * Default: 0, which does not wait.
         *
         * @param most how many bytes at most, up to 1 048 576
         * @return this
         */
        public Builder firstBytes(final int most) {
            firstBytes = inRange("first bytes", most, 0, MAX_FIRST_BYTES);
            return this;
        }

        /**
         * Whether another socket, of anybody's, may have the same address at the same time ({@code SO_REUSEADDR}), and
         * then take connections from this one. Default: false, which keeps everybody else away
         * ({@code SO_EXCLUSIVEADDRUSE}).
         *
         * @param shared true to allow it
         * @return this
         */
        public Builder reuseAddress(final boolean shared) {
            reuseAddress = shared;
            return this;
        }

        /**
         * Whether a server at an IPv6 address, as {@code ::}, serves clients over IPv4 as well ({@code IPV6_V6ONLY}).
         * Default: false.
         *
         * @param both true to serve them
         * @return this
         * @throws IllegalArgumentException when the address is not one of IPv6
         */
        public Builder dualStack(final boolean both) {
            SocketAddresses.checkIpv6(address);
            options.put(SocketOptions.IPV6_ONLY, !both);
            return this;
        }

        /**
         * The receive buffer of connections ({@code SO_RCVBUF}), which they inherit. Default: Windows'.
         *
         * @param bytes from 0 on
         * @return this
         */
        public Builder receiveBuffer(final int bytes) {
            options.put(SocketOptions.RECEIVE_BUFFER, SocketOptions.checkBuffer(bytes));
            return this;
        }

        /**
         * The send buffer of connections ({@code SO_SNDBUF}), which they inherit. Default: Windows'.
         *
         * @param bytes from 0 on
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
         * What {@link Device#attachment} gives from the beginning on, so that no completion comes before it. Default:
         * nothing.
         *
         * @param object the object, or null for none; not of the connections, to which the listener attaches at their
         *     {@link Opcode#ACCEPT}, before anything else comes from them
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
         * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEADDRINUSE} or
         *     {@link Win32Error#WSAEACCES} when another socket has that address,
         *     {@link Win32Error#WSAEADDRNOTAVAIL} when it is not one of this machine's,
         *     {@link Win32Error#WSAEAFNOSUPPORT} where this Windows has no such addresses, as those of Unix-domain
         *     sockets before Windows 10 version 1803
         * @throws PortClosedException when the port is closed or closing
         * @throws OperationLimitException when the port's ceiling of operations leaves no room for accepts
         */
        public SocketServer open() throws Win32Exception {
            final String wanted = SocketAddresses.format(address);
            final long answer = SocketNative.openServer(
                    port.id(), wanted, SocketAddresses.encode(address), sharing(), backlog, listening, firstBytes,
                    token);
            final String why = -answer == Win32Error.WSAEADDRINUSE || -answer == Win32Error.WSAEACCES
                    ? " (another socket may have that address: end its program, or choose another port)"
                    : SocketAddresses.whyNone(answer, address);
            final long key = Refusal.key(answer, "bind " + wanted + why, port);
            final SocketServer server = new SocketServer(port, key, whereIs(key));
            server.attach(attachment);
            port.register(server);
            // Only now: a completion that speaks of the server must find it registered.
            final long accepting = SocketNative.listen(key);
            if (accepting < 0) {
                server.close();
            }
            Refusal.key(accepting, "listen " + wanted, port);
            return server;
        }

        /** The address with the port that Windows has chosen. */
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
