package io.github.iocp4j;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A socket for UDP datagrams.
 *
 * <p>Any number of receives and sends may be in flight. A datagram that is longer than the buffer completes its
 * receive with {@link Win32Error#WSAEMSGSIZE}; the part that fits is there, and the rest is lost. An empty datagram is
 * a success with 0 bytes. When a datagram that was sent has reached a machine on which nobody takes it, Windows tells a
 * later receive with {@link Win32Error#WSAECONNRESET}, which is no reason to stop receiving.
 *
 * <p>The rules for buffers are those of {@link StreamDevice}, and hold for the buffers of addresses as well.
 */
public final class UdpSocket extends Device {
    private final InetSocketAddress local;
    private final boolean six;

    private UdpSocket(final CompletionPort port, final long key, final InetSocketAddress local, final boolean six) {
        super(port, key, SocketAddresses.format(local));
        this.local = local;
        this.six = six;
    }

    /**
     * Starts the description of a socket.
     *
     * @param port receives everything that happens on the socket
     * @param address where to receive; port 0 lets Windows choose one
     * @return a builder with the defaults that its methods tell
     * @throws IllegalArgumentException when the address is not resolved
     */
    public static Builder builder(final CompletionPort port, final InetSocketAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), SocketAddresses.check(address));
    }

    /**
     * Where the socket is, with the port that Windows has chosen where it was to.
     *
     * @return the address
     */
    public InetSocketAddress localAddress() {
        return local;
    }

    /**
     * Starts receiving a datagram into the buffer, from its position to its limit.
     *
     * @param buffer a direct buffer
     * @param sender is filled in by Windows, and can be read at the completion
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @see #receive(ByteBuffer, int, int, SocketAddressBuffer, long)
     */
    public long receive(final ByteBuffer buffer, final SocketAddressBuffer sender, final long token) {
        return receive(buffer, buffer.position(), buffer.remaining(), sender, token);
    }

    /**
     * Starts receiving a datagram ({@code WSARecvFrom}). The completion has opcode {@link Opcode#RECEIVE_FROM} and
     * tells how many bytes came.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes; position is not looked at
     * @param length how many bytes at most
     * @param sender is filled in by Windows, and can be read at the completion if that is a success or
     *     {@link Win32Error#WSAEMSGSIZE}
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when it is read-only
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long receive(
            final ByteBuffer buffer, final int offset, final int length, final SocketAddressBuffer sender,
            final long token) {
        Buffers.checkReadInto(buffer, offset, length);
        return accepted(UdpSocketNative.receiveFrom(
                key(), buffer, offset, length, sender.memory(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Starts receiving as {@link #receive(ByteBuffer, int, int, SocketAddressBuffer, long)} does, with a deadline,
     * after which it is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param buffer a direct buffer
     * @param offset where in the buffer the first byte goes
     * @param length how many bytes at most
     * @param sender is filled in by Windows
     * @param token given back by {@link Completion#token}
     * @param timeoutMillis milliseconds from now, at least 1; kept to within about 20
     * @return the operation's id, for {@link #cancel}
     */
    public long receive(
            final ByteBuffer buffer, final int offset, final int length, final SocketAddressBuffer sender,
            final long token, final int timeoutMillis) {
        Buffers.checkReadInto(buffer, offset, length);
        return accepted(UdpSocketNative.receiveFrom(
                key(), buffer, offset, length, sender.memory(), token, Timeouts.checkDeadline(timeoutMillis)));
    }

    /**
     * Starts sending what lies between the buffer's position and its limit, as one datagram.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param target where to; must not be changed until the completion
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @see #send(ByteBuffer, int, int, SocketAddressBuffer, long)
     */
    public long send(final ByteBuffer buffer, final SocketAddressBuffer target, final long token) {
        return send(buffer, buffer.position(), buffer.remaining(), target, token);
    }

    /**
     * Starts sending a datagram ({@code WSASendTo}). The completion has opcode {@link Opcode#SEND_TO};
     * {@link Win32Error#WSAEMSGSIZE} is one that is too long, beyond 65 507 bytes over IPv4.
     *
     * @param buffer a direct buffer; read-only is fine
     * @param offset where in the buffer the first byte lies; position is not looked at
     * @param length how many bytes
     * @param target where to; must not be changed until the completion
     * @param token given back by {@link Completion#token}
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct, or the target has no address in it
     * @throws IndexOutOfBoundsException when the range does not lie within its limit
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long send(
            final ByteBuffer buffer, final int offset, final int length, final SocketAddressBuffer target,
            final long token) {
        Buffers.checkWriteFrom(buffer, offset, length);
        if (target.isEmpty()) {
            throw new IllegalArgumentException("The target has no address in it: set one, or receive one into it");
        }
        if (six) {
            target.mapToIpv6();
        }
        return accepted(UdpSocketNative.sendTo(
                key(), buffer, offset, length, target.memory(), token, Timeouts.NO_DEADLINE));
    }

    /**
     * Whether datagrams may be sent to broadcast addresses ({@code SO_BROADCAST}). Off in a new socket.
     *
     * @param on true to allow it
     * @throws Win32Exception when Windows refuses
     */
    public void broadcast(final boolean on) throws Win32Exception {
        SocketOptions.set(this, SocketOptions.BROADCAST, on);
    }

    /**
     * Whether datagrams may be sent to broadcast addresses ({@code SO_BROADCAST}).
     *
     * @return what {@link #broadcast(boolean)} has set
     * @throws Win32Exception when Windows does not tell
     */
    public boolean broadcast() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.BROADCAST) != 0;
    }

    /**
     * How much Windows keeps of what comes before it is received ({@code SO_RCVBUF}); what comes beyond is lost.
     *
     * @return the number of bytes
     * @throws Win32Exception when Windows does not tell
     */
    public int receiveBuffer() throws Win32Exception {
        return SocketOptions.get(this, SocketOptions.RECEIVE_BUFFER);
    }

    /**
     * Describes a socket.
     */
    public static final class Builder {
        private final CompletionPort port;
        private final InetSocketAddress address;
        private final SocketOptions options = new SocketOptions();
        private boolean reuseAddress;

        private Builder(final CompletionPort port, final InetSocketAddress address) {
            this.port = port;
            this.address = address;
        }

        /**
         * Whether another socket, of anybody's, may have the same address at the same time ({@code SO_REUSEADDR}).
         * Default: false, which keeps everybody else away ({@code SO_EXCLUSIVEADDRUSE}).
         *
         * @param shared true to allow it
         * @return this
         */
        public Builder reuseAddress(final boolean shared) {
            reuseAddress = shared;
            return this;
        }

        /**
         * Whether datagrams may be sent to broadcast addresses ({@code SO_BROADCAST}). Default: false.
         *
         * @param on true to allow it
         * @return this
         */
        public Builder broadcast(final boolean on) {
            options.put(SocketOptions.BROADCAST, on);
            return this;
        }

        /**
         * Whether a socket at an IPv6 address, as {@code ::}, also speaks to others over IPv4 ({@code IPV6_V6ONLY}).
         * Default: false.
         *
         * @param both true to do so
         * @return this
         * @throws IllegalArgumentException when the address is not one of IPv6
         */
        public Builder dualStack(final boolean both) {
            SocketAddresses.checkIpv6(address);
            options.put(SocketOptions.IPV6_ONLY, !both);
            return this;
        }

        /**
         * How much Windows keeps of what comes before it is received ({@code SO_RCVBUF}). Default: Windows'.
         *
         * @param bytes from 0 on
         * @return this
         */
        public Builder receiveBuffer(final int bytes) {
            options.put(SocketOptions.RECEIVE_BUFFER, SocketOptions.checkBuffer(bytes));
            return this;
        }

        /**
         * How much Windows takes from sends before it has sent it ({@code SO_SNDBUF}). Default: Windows'.
         *
         * @param bytes from 0 on
         * @return this
         */
        public Builder sendBuffer(final int bytes) {
            options.put(SocketOptions.SEND_BUFFER, SocketOptions.checkBuffer(bytes));
            return this;
        }

        /**
         * Makes the socket and binds it ({@code WSASocketW}, {@code bind}).
         *
         * @return the open socket
         * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEADDRINUSE} or
         *     {@link Win32Error#WSAEACCES} when another socket has that address,
         *     {@link Win32Error#WSAEADDRNOTAVAIL} when it is not one of this machine's
         * @throws PortClosedException when the port is closed or closing
         */
        public UdpSocket open() throws Win32Exception {
            final String wanted = SocketAddresses.format(address);
            final long key = Refusal.key(
                    UdpSocketNative.open(port.id(), wanted, SocketAddresses.encode(address),
                            options.and(reuseAddress ? SocketOptions.REUSE_ADDRESS : SocketOptions.EXCLUSIVE, true)),
                    "bind " + wanted, port);
            final InetSocketAddress found = (InetSocketAddress) SocketAddresses.local(key);
            return port.register(new UdpSocket(port, key, found == null ? address : found,
                    SocketAddresses.isIpv6(address)));
        }
    }
}
