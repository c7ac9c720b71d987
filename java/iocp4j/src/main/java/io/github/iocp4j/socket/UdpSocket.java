package io.github.iocp4j.socket;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.OpenedDevice;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.SocketNative;
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.internal.UdpSocketNative;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * A socket for UDP datagrams.
 *
 * <p>Any number of receives and sends may be in flight. If a datagram is longer than the buffer, the receive completes
 * with {@link Win32Error#WSAEMSGSIZE}: the buffer has the first part, and the rest is lost. For an empty datagram, the
 * receive succeeds with 0 bytes. If a datagram was sent to a UDP port that no socket has, Windows completes a later
 * receive with {@link Win32Error#WSAECONNRESET}; the socket can still receive. {@link WinsockOptions#UDP_CONNRESET}
 * turns this off. Operations of a UDP socket never complete inline: {@link #completeInline} throws an exception.
 *
 * <p>A socket is bound when it is opened, by {@link #bind}, or by Windows at its first {@link #send} or
 * {@link #connect}. Before that, receives complete with {@link Win32Error#WSAEINVAL}.
 *
 * <p>A socket that is {@linkplain #connect connected} has a peer, and receives only the datagrams of that peer. The
 * methods of {@link StreamDevice}, with opcodes {@link Opcode#READ} and {@link Opcode#WRITE}, are for such a socket: a
 * read receives one datagram ({@code WSARecv}), a write sends one to the peer ({@code WSASend}). A write on a socket
 * without a peer completes with {@link Win32Error#WSAENOTCONN}. A read of 0 bytes removes a datagram; to wait for a
 * datagram without removing it, use {@link #peek}.
 *
 * <p>{@link #join} makes the socket a member of a multicast group. It receives the datagrams that are sent to the group
 * and the socket's port. With {@link java.net.StandardSocketOptions#SO_REUSEADDR}, several sockets can share that port.
 *
 * <p>The buffer rules of {@link StreamDevice} apply to data buffers and to address buffers.
 */
public final class UdpSocket extends StreamDevice {
    private final SocketType type;
    /** What {@link #localAddress} has returned last; null before the socket is bound. */
    private volatile InetSocketAddress local;

    UdpSocket(final OpenedDevice opened, final SocketType type) {
        super(opened);
        this.type = type;
    }

    /**
     * Starts to configure a socket that is bound when it is opened.
     *
     * @param port receives the completions of the socket
     * @param address the local address; Windows chooses the port if it is 0
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the address is not resolved
     */
    public static Builder builder(final CompletionPort port, final InetSocketAddress address) {
        return new Builder(port, SocketAddresses.check(address), true);
    }

    /**
     * Starts to configure a socket that is bound later: by {@link #bind}, or by Windows at its first send or connect.
     *
     * @param port receives the completions of the socket
     * @param family {@link java.net.StandardProtocolFamily#INET} or {@link java.net.StandardProtocolFamily#INET6}; a
     *     socket of the second also sends and receives over IPv4 when {@link WinsockOptions#IPV6_V6ONLY} is off
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when it is another family
     */
    public static Builder builder(final CompletionPort port, final ProtocolFamily family) {
        return new Builder(port, SocketAddresses.any(family), false);
    }

    /**
     * The local address, with the actual port ({@code getsockname}). Connecting a socket that is bound to the wildcard
     * address may change it.
     *
     * @return the address; null while the socket is not bound; the last one known when it is closed
     */
    public InetSocketAddress localAddress() {
        final InetSocketAddress found = (InetSocketAddress) SocketAddresses.local(key());
        if (found != null) {
            local = found;
        }
        return local;
    }

    /**
     * The peer that the socket is connected to ({@code getpeername}).
     *
     * @return the address; null when the socket is not connected, or closed
     */
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) SocketAddresses.remote(key());
    }

    /**
     * Binds a socket that was opened without an address ({@code bind}).
     *
     * @param address the local address, of the socket's family, or of IPv4 for an IPv6 socket whose
     *     {@link WinsockOptions#IPV6_V6ONLY} is off; Windows chooses the port if it is 0
     * @throws IllegalArgumentException when the address is not resolved, or of IPv6 for an IPv4 socket
     * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEINVAL} when the socket is bound already,
     *     otherwise as {@link Builder#open}
     * @throws DeviceClosedException when the socket is closed
     */
    public void bind(final InetSocketAddress address) throws Win32Exception {
        checked(UdpSocketNative.bind(key(), SocketAddresses.encodeFor(address, type)), "bind", address);
    }

    /**
     * Connects the socket to a peer ({@code connect}), which exchanges no datagram and does not wait. The socket is
     * bound if it was not. A socket that is connected gets another peer. Datagrams of others that have arrived before
     * may still be received.
     *
     * @param peer the only sender of received datagrams, and the target of writes; of the socket's family, or of IPv4
     *     for an IPv6 socket whose {@link WinsockOptions#IPV6_V6ONLY} is off
     * @throws IllegalArgumentException when the address is not resolved, or of IPv6 for an IPv4 socket
     * @throws Win32Exception when Windows refuses, as with {@link Win32Error#WSAENETUNREACH}
     * @throws DeviceClosedException when the socket is closed
     */
    public void connect(final InetSocketAddress peer) throws Win32Exception {
        if (SocketAddresses.isIpv6(SocketAddresses.check(peer)) && !type.isIpv6()) {
            throw new IllegalArgumentException(
                    SocketAddresses.format(peer) + " is an IPv6 address, which " + type + " cannot reach");
        }
        checked(UdpSocketNative.connect(key(), SocketAddresses.encode(peer, type.isIpv6())), "connect", peer);
    }

    /**
     * Ends the association with the peer ({@code connect} to an address of no family). The socket keeps its local port.
     * Does nothing when it is not connected.
     *
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed
     */
    public void disconnect() throws Win32Exception {
        EngineError.checked(this, UdpSocketNative.disconnect(key()), "disconnect");
    }

    /**
     * Joins a multicast group for all sources ({@code IP_ADD_MEMBERSHIP}, {@code IPV6_ADD_MEMBERSHIP}).
     *
     * @param group a multicast address of the socket's family
     * @param networkInterface the interface on which to receive
     * @return the membership, which ends when it is dropped or when the socket is closed
     * @throws IllegalArgumentException when the address is not a multicast address or of another family, or when the
     *     interface does not support the family
     * @throws Win32Exception when Windows refuses, as when the socket has joined the group on that interface already
     * @throws DeviceClosedException when the socket is closed
     */
    public MulticastMembership join(final InetAddress group, final NetworkInterface networkInterface)
            throws Win32Exception {
        return MulticastMembership.join(this, type, group, networkInterface, null);
    }

    /**
     * Joins a multicast group for one source ({@code IP_ADD_SOURCE_MEMBERSHIP}, {@code MCAST_JOIN_SOURCE_GROUP}). Join
     * again for each further source.
     *
     * @param group a multicast address of the socket's family
     * @param networkInterface the interface on which to receive
     * @param source the sender whose datagrams are received, of the socket's family
     * @return the membership, which ends when it is dropped or when the socket is closed
     * @throws IllegalArgumentException when the group is not a multicast address, the source is one, either is of
     *     another family, or the interface does not support the family
     * @throws Win32Exception when Windows refuses, as when the socket has joined the group for all sources
     * @throws DeviceClosedException when the socket is closed
     */
    public MulticastMembership join(
            final InetAddress group, final NetworkInterface networkInterface, final InetAddress source)
            throws Win32Exception {
        return MulticastMembership.join(
                this, type, group, networkInterface, Objects.requireNonNull(source, "source"));
    }

    /**
     * Starts receiving a datagram into the buffer, from its position to its limit ({@code WSARecvFrom}). The completion
     * has opcode {@link Opcode#RECEIVE_FROM} and the number of bytes.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param sender Windows writes the sender's address to it; read it after a completion with success or
     *     {@link Win32Error#WSAEMSGSIZE}
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long receive(final ByteBuffer buffer, final SocketAddressBuffer sender, final long token) {
        return startReceive(buffer, sender, false, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts receiving as {@link #receive(ByteBuffer, SocketAddressBuffer, long)} does, with a deadline. If no datagram
     * has arrived by then, the receive is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param sender Windows writes the sender's address to it
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long receive(
            final ByteBuffer buffer, final SocketAddressBuffer sender, final Duration timeout, final long token) {
        return startReceive(buffer, sender, false, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts receiving as {@link #receive(ByteBuffer, SocketAddressBuffer, long)} does, and leaves the datagram for the
     * next receive, peek or read ({@code WSARecvFrom} with {@code MSG_PEEK}). The completion has opcode
     * {@link Opcode#RECEIVE_FROM}. With an empty buffer it says that there is a datagram, and whose: it completes with
     * {@link Win32Error#WSAEMSGSIZE} and 0 bytes, or with success when the datagram is empty.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param sender is filled in by Windows
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct
     * @throws java.nio.ReadOnlyBufferException when the buffer is read-only
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long peek(final ByteBuffer buffer, final SocketAddressBuffer sender, final long token) {
        return startReceive(buffer, sender, true, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts peeking as {@link #peek(ByteBuffer, SocketAddressBuffer, long)} does, with a deadline, after which it is
     * cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param sender is filled in by Windows
     * @param timeout from now, more than zero; kept to within about 20 milliseconds
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long peek(
            final ByteBuffer buffer, final SocketAddressBuffer sender, final Duration timeout, final long token) {
        return startReceive(buffer, sender, true, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts sending the buffer, from its position to its limit, as one datagram ({@code WSASendTo}). The completion
     * has opcode {@link Opcode#SEND_TO}. Its status is {@link Win32Error#WSAEMSGSIZE} when the datagram is too long:
     * more than 65 507 bytes over IPv4. Windows binds a socket that is not bound. To send to the peer of a connected
     * socket, use {@link #write(ByteBuffer, long)}.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param target the address to send to; do not change it before the completion
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     * @throws IllegalArgumentException when the buffer is not direct, or the target has no address
     * @throws DeviceClosedException when the socket is closed or closing
     * @throws OperationLimitException when the port's ceiling of operations in flight is reached
     */
    public long send(final ByteBuffer buffer, final SocketAddressBuffer target, final long token) {
        return startSend(buffer, target, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts sending as {@link #send(ByteBuffer, SocketAddressBuffer, long)} does, with a deadline. If Windows has not
     * accepted the datagram by then, the send is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param buffer a direct buffer, which may be read-only; its position and limit are not changed
     * @param target the address to send to; do not change it before the completion
     * @param timeout from now, more than zero; accurate to about 20 milliseconds; more than 24 days count as 24
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long send(
            final ByteBuffer buffer, final SocketAddressBuffer target, final Duration timeout, final long token) {
        return startSend(buffer, target, token, Timeouts.deadline(timeout));
    }

    /**
     * The number of bytes that have arrived ({@code ioctlsocket} with {@code FIONREAD}). Windows counts all datagrams
     * that wait, Wine only the first one. An empty datagram counts as 0; {@link #peek} finds it.
     *
     * @return at least the length of the next datagram; 0 when there is none
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed
     */
    public int bytesAvailable() throws Win32Exception {
        return (int) Math.min(
                EngineError.checked(this, SocketNative.available(key()), "ioctlsocket"), Integer.MAX_VALUE);
    }

    /**
     * Sets an option ({@code setsockopt}). The {@linkplain io.github.iocp4j.socket page of the package} lists the
     * options.
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @param value its value, null only for {@code IP_MULTICAST_IF}: Windows chooses the interface
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws IllegalArgumentException when the value is of a wrong type or out of range
     * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAENOPROTOOPT} when this Windows lacks the
     *     option, {@link Win32Error#WSAEINVAL} when the option cannot be changed any more, because the socket is bound
     * @throws DeviceClosedException when the socket is closed
     */
    public <T> void option(final SocketOption<T> option, final T value) throws Win32Exception {
        SocketOptions.set(this, type, option, value);
    }

    /**
     * Returns the value of an option ({@code getsockopt}).
     *
     * @param <T> the type of the value
     * @param option one of {@link #supportedOptions}
     * @return the value, null only for {@code IP_MULTICAST_IF}: Windows chooses the interface
     * @throws UnsupportedOperationException when this kind of socket has no such option
     * @throws Win32Exception when Windows refuses
     * @throws DeviceClosedException when the socket is closed
     */
    public <T> T option(final SocketOption<T> option) throws Win32Exception {
        return SocketOptions.get(this, type, option);
    }

    /**
     * The options of this kind of socket.
     *
     * @return the options, unmodifiable
     */
    public Set<SocketOption<?>> supportedOptions() {
        return KnownOption.supported(type);
    }

    private long startSend(
            final ByteBuffer buffer, final SocketAddressBuffer target, final long token, final int milliseconds) {
        Buffers.checkDirect(buffer);
        if (target.isEmpty()) {
            throw new IllegalArgumentException("The target has no address: set one, or receive one into it");
        }
        if (type.isIpv6()) {
            target.mapToIpv6();
        }
        return PortAccess.get().accepted(this,
                UdpSocketNative.sendTo(key(), buffer, buffer.position(), buffer.remaining(), target.memory(),
                token, milliseconds));
    }

    private long startReceive(
            final ByteBuffer buffer, final SocketAddressBuffer sender, final boolean peek, final long token,
            final int milliseconds) {
        Buffers.checkReadInto(buffer);
        return PortAccess.get().accepted(this,
                UdpSocketNative.receiveFrom(key(), buffer, buffer.position(), buffer.remaining(),
                sender.memory(), peek, token, milliseconds));
    }

    private void checked(final long answer, final String call, final InetSocketAddress address)
            throws Win32Exception {
        if (answer < 0) {
            EngineError.key(answer, call + ' ' + SocketAddresses.format(address), this);
        }
    }

    /**
     * Configures a socket.
     */
    public static final class Builder {
        private final CompletionPort port;
        private final InetSocketAddress address;
        private final boolean bound;
        private final SocketType type;
        private final SocketOptions options;

        private Builder(final CompletionPort port, final InetSocketAddress address, final boolean bound) {
            this.port = Objects.requireNonNull(port, "port");
            this.address = address;
            this.bound = bound;
            type = SocketType.datagram(address);
            options = SocketOptions.exclusive(type);
        }

        /**
         * Sets an option of the socket before it is bound. The {@linkplain io.github.iocp4j.socket page of the package}
         * lists the options.
         *
         * @param <T> the type of the value
         * @param option one of {@link #supportedOptions}
         * @param value its value, null only for {@code IP_MULTICAST_IF}: Windows chooses the interface
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
            return KnownOption.supported(type);
        }

        /**
         * Creates the socket and, if it has an address, binds it ({@code WSASocketW}, {@code bind}).
         *
         * @return the open socket
         * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEADDRINUSE} or {@link Win32Error#WSAEACCES}
         *     when another socket has that address, {@link Win32Error#WSAEADDRNOTAVAIL} when this machine does not have
         *     it
         * @throws PortClosedException when the port is closed or closing
         */
        public UdpSocket open() throws Win32Exception {
            final String wanted = bound ? SocketAddresses.format(address) : "UDP socket";
            final long answer = UdpSocketNative.open(
                    PortAccess.get().id(port), wanted, SocketAddresses.encode(address), bound, options.toArray());
            final long key = EngineError.key(
                    answer, (bound ? "bind " : "WSASocketW ") + wanted + options.hint(answer), port);
            final InetSocketAddress found = (InetSocketAddress) SocketAddresses.local(key);
            final UdpSocket socket =
                    new UdpSocket(
                    new OpenedDevice(port, key, found == null ? wanted : SocketAddresses.format(found)), type);
            socket.local = found;
            return PortAccess.get().register(port, socket);
        }
    }
}
