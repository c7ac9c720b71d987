package io.github.iocp4j.socket;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
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
import io.github.iocp4j.internal.Timeouts;
import io.github.iocp4j.internal.UdpSocketNative;
import java.net.InetSocketAddress;
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
 * receive with {@link Win32Error#WSAECONNRESET}; the socket can still receive.
 *
 * <p>The buffer rules of {@link StreamDevice} apply to data buffers and to address buffers.
 */
public final class UdpSocket extends Device {
    private final InetSocketAddress local;
    private final SocketType type;

    private UdpSocket(
            final CompletionPort port, final long key, final InetSocketAddress local, final SocketType type) {
        super(new OpenedDevice(port, key, SocketAddresses.format(local)));
        this.local = local;
        this.type = type;
    }

    /**
     * Starts to configure a socket.
     *
     * @param port receives the completions of the socket
     * @param address the local address; Windows chooses the port if it is 0
     * @return a builder with the defaults that its methods document
     * @throws IllegalArgumentException when the address is not resolved
     */
    public static Builder builder(final CompletionPort port, final InetSocketAddress address) {
        return new Builder(Objects.requireNonNull(port, "port"), SocketAddresses.check(address));
    }

    /**
     * The local address, with the actual port.
     *
     * @return the address
     */
    public InetSocketAddress localAddress() {
        return local;
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
        return startReceive(buffer, sender, token, Timeouts.NO_DEADLINE);
    }

    /**
     * Starts receiving as {@link #receive(ByteBuffer, SocketAddressBuffer, long)} does, with a deadline. If no datagram
     * has arrived by then, the receive is cancelled and completes with {@link Win32Error#TIMEOUT}.
     *
     * @param buffer a direct buffer; its position and limit are not changed
     * @param sender Windows writes the sender's address to it
     * @param timeout from now, more than zero; accurate to about 20 milliseconds
     * @param token any number; {@link Completion#token} returns it
     * @return the operation's id, for {@link #cancel}
     */
    public long receive(
            final ByteBuffer buffer, final SocketAddressBuffer sender, final Duration timeout, final long token) {
        return startReceive(buffer, sender, token, Timeouts.deadline(timeout));
    }

    /**
     * Starts sending the buffer, from its position to its limit, as one datagram ({@code WSASendTo}). The completion
     * has opcode {@link Opcode#SEND_TO}. Its status is {@link Win32Error#WSAEMSGSIZE} when the datagram is too long:
     * more than 65 507 bytes over IPv4.
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
        Buffers.checkDirect(buffer);
        if (target.isEmpty()) {
            throw new IllegalArgumentException("The target has no address: set one, or receive one into it");
        }
        if (type.isIpv6()) {
            target.mapToIpv6();
        }
        return PortAccess.get().accepted(this,
                UdpSocketNative.sendTo(key(), buffer, buffer.position(), buffer.remaining(), target.memory(),
                token, Timeouts.NO_DEADLINE));
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

    private long startReceive(
            final ByteBuffer buffer, final SocketAddressBuffer sender, final long token, final int milliseconds) {
        Buffers.checkReadInto(buffer);
        return PortAccess.get().accepted(this,
                UdpSocketNative.receiveFrom(key(), buffer, buffer.position(), buffer.remaining(),
                sender.memory(), token, milliseconds));
    }

    /**
     * Configures a socket.
     */
    public static final class Builder {
        private final CompletionPort port;
        private final InetSocketAddress address;
        private final SocketType type;
        private final SocketOptions options;

        private Builder(final CompletionPort port, final InetSocketAddress address) {
            this.port = port;
            this.address = address;
            type = SocketAddresses.isIpv6(address) ? SocketType.UDP6 : SocketType.UDP;
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
         * Creates the socket and binds it ({@code WSASocketW}, {@code bind}).
         *
         * @return the open socket
         * @throws Win32Exception when Windows refuses: {@link Win32Error#WSAEADDRINUSE} or {@link Win32Error#WSAEACCES}
         *     when another socket has that address, {@link Win32Error#WSAEADDRNOTAVAIL} when this machine does not have
         *     it
         * @throws PortClosedException when the port is closed or closing
         */
        public UdpSocket open() throws Win32Exception {
            final String wanted = SocketAddresses.format(address);
            final long answer = UdpSocketNative.open(
                    PortAccess.get().id(port), wanted, SocketAddresses.encode(address), options.toArray());
            final long key = EngineError.key(answer, "bind " + wanted + options.hint(answer), port);
            final InetSocketAddress found = (InetSocketAddress) SocketAddresses.local(key);
            return PortAccess.get().register(port, new UdpSocket(port, key, found == null ? address : found, type));
        }
    }
}
