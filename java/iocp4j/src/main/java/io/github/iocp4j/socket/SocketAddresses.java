package io.github.iocp4j.socket;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.internal.DetachedSocketNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.Printable;
import io.github.iocp4j.internal.SocketNative;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Converts addresses to and from {@code sockaddr_in}, {@code sockaddr_in6} and {@code sockaddr_un}. */
final class SocketAddresses {
    /** The maximum length of an address: {@code sizeof(sockaddr_storage)}. */
    static final int CAPACITY = 128;

    static final short AF_UNIX = 1;
    static final short AF_INET = 2;
    static final short AF_INET6 = 23;

    private static final int INET_LENGTH = 16;
    private static final int INET6_LENGTH = 28;
    private static final int UNIX_LENGTH = 110;

    private static final int INET_BYTES = 4;
    private static final int INET6_BYTES = 16;

    // Offsets; the family comes first, then, for Internet addresses, the port.
    private static final int PORT_OFFSET = 2;
    private static final int INET_ADDRESS_OFFSET = 4;
    private static final int INET6_ADDRESS_OFFSET = 8;
    private static final int INET6_SCOPE_OFFSET = 24;
    private static final int UNIX_PATH_OFFSET = 2;

    private SocketAddresses() {
    }

    /** Returns the address if it is of a supported kind. */
    static SocketAddress check(final SocketAddress address) {
        Objects.requireNonNull(address, "address");
        if (address instanceof UnixSocketAddress) {
            return address;
        }
        if (!(address instanceof InetSocketAddress)) {
            throw new IllegalArgumentException(Printable.of(address.toString()) + " is a "
                    + address.getClass().getName() + ", but must be an InetSocketAddress or a UnixSocketAddress");
        }
        return check((InetSocketAddress) address);
    }

    static InetSocketAddress check(final InetSocketAddress address) {
        if (Objects.requireNonNull(address, "address").isUnresolved()) {
            throw new IllegalArgumentException("The host " + Printable.of(address.getHostString())
                    + " is not resolved: there is none of that name, or the address was made with createUnresolved");
        }
        return address;
    }

    static boolean isIpv6(final SocketAddress address) {
        return family(address) == AF_INET6;
    }

    /** Returns the local address if it has the family of the remote one. */
    static SocketAddress checkLike(final SocketAddress from, final SocketAddress to) {
        if (family(check(from)) != family(to)) {
            throw new IllegalArgumentException(format(from) + " and " + format(to)
                    + " are of different address families: a socket cannot connect from one to the other");
        }
        return from;
    }

    /** The address as a {@code sockaddr}. */
    static byte[] encode(final SocketAddress address) {
        final byte[] bytes = new byte[CAPACITY];
        final int length = encode(address, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        return Arrays.copyOf(bytes, length);
    }

    /** The address as a {@code sockaddr} for a socket that is of IPv6 or not; IPv4 is mapped where it must be. */
    static byte[] encode(final InetSocketAddress address, final boolean ipv6) {
        final byte[] bytes = new byte[CAPACITY];
        final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        final int length = encode(address, buffer);
        return Arrays.copyOf(bytes, ipv6 && !isIpv6(address) ? mapToIpv6(buffer) : length);
    }

    /** The address as a {@code sockaddr} for a socket of that type, if a socket of that type can have it. */
    static byte[] encodeFor(final SocketAddress address, final SocketType type) {
        final short family = family(check(address));
        if (family == type.family()) {
            return encode(address);
        }
        if (family == AF_INET && type.isIpv6()) {
            return encode((InetSocketAddress) address, true);
        }
        throw new IllegalArgumentException(
                Printable.of(format(address)) + " is not an address for " + type + ": it is of another family");
    }

    /** Writes the address to the beginning of a little-endian buffer, and returns its length. */
    static int encode(final SocketAddress address, final ByteBuffer to) {
        if (address instanceof UnixSocketAddress) {
            final byte[] path = ((UnixSocketAddress) address).path().getBytes(StandardCharsets.UTF_8);
            to.duplicate().put(new byte[UNIX_LENGTH]);
            to.putShort(0, AF_UNIX);
            to.duplicate().position(UNIX_PATH_OFFSET).put(path);
            return UNIX_LENGTH;
        }
        final InetSocketAddress internet = (InetSocketAddress) address;
        final byte[] host = internet.getAddress().getAddress();
        final boolean six = isIpv6(address);
        to.duplicate().put(new byte[six ? INET6_LENGTH : INET_LENGTH]);
        to.putShort(0, six ? AF_INET6 : AF_INET);
        putPort(to, internet.getPort());
        to.duplicate().position(six ? INET6_ADDRESS_OFFSET : INET_ADDRESS_OFFSET).put(host);
        if (six) {
            to.putInt(INET6_SCOPE_OFFSET, ((Inet6Address) internet.getAddress()).getScopeId());
        }
        return six ? INET6_LENGTH : INET_LENGTH;
    }

    /** The address of that length at the beginning of a little-endian buffer, or null for an unknown family. */
    static SocketAddress decode(final ByteBuffer from, final int length) {
        switch (length < Short.BYTES ? 0 : from.getShort(0)) {
            case AF_INET:
                return new InetSocketAddress(host(from, INET_ADDRESS_OFFSET, INET_BYTES, 0), port(from));
            case AF_INET6:
                return new InetSocketAddress(
                        host(from, INET6_ADDRESS_OFFSET, INET6_BYTES, from.getInt(INET6_SCOPE_OFFSET)), port(from));
            case AF_UNIX:
                return new UnixSocketAddress(path(from, length));
            default:
                return null;
        }
    }

    /** Converts an IPv4 address in the buffer to an IPv4-mapped IPv6 address, {@code ::ffff:1.2.3.4}. */
    static int mapToIpv6(final ByteBuffer address) {
        final int host = address.getInt(INET_ADDRESS_OFFSET);
        final int port = port(address);
        address.duplicate().put(new byte[INET6_LENGTH]);
        address.putShort(0, AF_INET6);
        putPort(address, port);
        address.putShort(INET6_ADDRESS_OFFSET + 10, (short) 0xffff);
        address.putInt(INET6_ADDRESS_OFFSET + 12, host);
        return INET6_LENGTH;
    }

    /** The address as a number: 127.0.0.1 is 0x7f000001. */
    static int number(final Inet4Address address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    static InetAddress inet4(final int number) {
        return address(ByteBuffer.allocate(Integer.BYTES).putInt(number).array(), 0);
    }

    static int port(final ByteBuffer address) {
        return Short.toUnsignedInt(Short.reverseBytes(address.getShort(PORT_OFFSET)));
    }

    /** The wildcard address of the same family, with port 0, for which Windows chooses a port. */
    static SocketAddress anyLike(final SocketAddress address) {
        if (address instanceof UnixSocketAddress) {
            return new UnixSocketAddress("");
        }
        return new InetSocketAddress(address(
                new byte[((InetSocketAddress) address).getAddress().getAddress().length], 0), 0);
    }

    /** The wildcard address of a family, with port 0. */
    static InetSocketAddress any(final ProtocolFamily family) {
        if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
            throw new IllegalArgumentException("The family is " + family + ", but must be StandardProtocolFamily.INET"
                    + " or INET6");
        }
        return new InetSocketAddress(
                address(new byte[family == StandardProtocolFamily.INET ? INET_BYTES : INET6_BYTES], 0), 0);
    }

    /** The device's local address. */
    static SocketAddress local(final Device device) throws Win32Exception {
        final byte[] bytes = new byte[CAPACITY];
        return decode(bytes, SocketNative.localAddress(device.key(), bytes), "getsockname", device);
    }

    /** The device's remote address. */
    static SocketAddress remote(final Device device) throws Win32Exception {
        final byte[] bytes = new byte[CAPACITY];
        return decode(bytes, SocketNative.remoteAddress(device.key(), bytes), "getpeername", device);
    }

    /** The remote address of a connection that has no object yet; null when it is closed. */
    static SocketAddress remote(final long connection) {
        final byte[] bytes = new byte[CAPACITY];
        return decode(bytes, SocketNative.remoteAddress(connection, bytes));
    }

    /** The remote address of a connection that belongs to no port; null when it is closed or the address is lost. */
    static SocketAddress remoteOfDetached(final long connection) {
        final byte[] bytes = new byte[CAPACITY];
        return decode(bytes, DetachedSocketNative.remoteAddress(connection, bytes));
    }

    /** The local address of a socket that has no object yet; null when it is closed. */
    static SocketAddress local(final long socket) {
        final byte[] bytes = new byte[CAPACITY];
        return decode(bytes, SocketNative.localAddress(socket, bytes));
    }

    /** A hint for the message when a native call has failed because Windows lacks this kind of sockets. */
    static String whyNone(final long answer, final SocketAddress address) {
        return -answer == Win32Error.WSAEAFNOSUPPORT && address instanceof UnixSocketAddress
                ? " (this Windows has no Unix-domain sockets, which came with Windows 10 version 1803)" : "";
    }

    /** {@code 127.0.0.1:80}, {@code [::1]:80}, or a path. */
    static String format(final SocketAddress address) {
        if (!(address instanceof InetSocketAddress)) {
            return String.valueOf(address);
        }
        final InetSocketAddress internet = (InetSocketAddress) address;
        final String host = internet.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? '[' + host + ']' : host) + ':' + internet.getPort();
    }

    private static SocketAddress decode(
            final byte[] bytes, final long answer, final String call, final Device device) throws Win32Exception {
        return decode(bytes, EngineError.key(answer, call + ' ' + device.name(), device));
    }

    /** The address in the array; null when the length is not positive. */
    static SocketAddress decode(final byte[] bytes, final long length) {
        return length <= 0 ? null : decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), (int) length);
    }

    private static short family(final SocketAddress address) {
        if (address instanceof UnixSocketAddress) {
            return AF_UNIX;
        }
        return ((InetSocketAddress) address).getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET;
    }

    private static void putPort(final ByteBuffer to, final int port) {
        to.putShort(PORT_OFFSET, Short.reverseBytes((short) port));
    }

    private static InetAddress host(final ByteBuffer from, final int offset, final int length, final int scope) {
        final byte[] bytes = new byte[length];
        from.duplicate().position(offset).get(bytes);
        return address(bytes, scope);
    }

    private static InetAddress address(final byte[] bytes, final int scope) {
        try {
            return scope != 0 ? Inet6Address.getByAddress(null, bytes, scope) : InetAddress.getByAddress(bytes);
        } catch (final UnknownHostException impossible) {
            throw new AssertionError("The length is right", impossible);
        }
    }

    private static String path(final ByteBuffer from, final int length) {
        final byte[] bytes = new byte[length - UNIX_PATH_OFFSET];
        from.duplicate().position(UNIX_PATH_OFFSET).get(bytes);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}
