package io.github.iocp4j.socket;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The sender or target of a datagram, in native memory that Windows reads and writes. One object can be used for any
 * number of datagrams, which then allocate nothing. Like the datagram's buffer, it belongs to the kernel until the
 * completion. An address that {@link UdpSocket#receive} has received can be passed to {@link UdpSocket#send}.
 */
public final class SocketAddressBuffer {
    // The layout of UdpSocket::Peer.
    private static final int LENGTH_OFFSET = 0;
    private static final int ADDRESS_OFFSET = 8;

    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(ADDRESS_OFFSET + SocketAddresses.CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer address = memory.duplicate().position(ADDRESS_OFFSET).slice()
            .order(ByteOrder.LITTLE_ENDIAN);

    /** Creates a buffer without an address. */
    public SocketAddressBuffer() {
        // Empty.
    }

    /**
     * Creates a buffer with an address.
     *
     * @param target the address
     * @throws IllegalArgumentException when it is not resolved
     */
    public SocketAddressBuffer(final InetSocketAddress target) {
        set(target);
    }

    /**
     * Sets the address.
     *
     * @param target the address
     * @return this
     * @throws IllegalArgumentException when it is not resolved
     */
    public SocketAddressBuffer set(final InetSocketAddress target) {
        setLength(SocketAddresses.encode(SocketAddresses.check(target), address));
        return this;
    }

    /**
     * Returns the address as an object.
     *
     * @return the address, or null when there is none
     */
    public InetSocketAddress get() {
        return (InetSocketAddress) SocketAddresses.decode(address, length());
    }

    /**
     * The port, without an allocation.
     *
     * @return from 0 to 65 535; 0 when there is no address
     */
    public int port() {
        return length() == 0 ? 0 : SocketAddresses.port(address);
    }

    @Override
    public String toString() {
        return length() == 0 ? "no address" : SocketAddresses.format(get());
    }

    /** The memory for native code. */
    ByteBuffer memory() {
        return memory;
    }

    boolean isEmpty() {
        return length() == 0;
    }

    /** Converts an IPv4 address for an IPv6 socket that also serves IPv4. */
    void mapToIpv6() {
        if (address.getShort(0) == SocketAddresses.AF_INET) {
            setLength(SocketAddresses.mapToIpv6(address));
        }
    }

    private int length() {
        return memory.getInt(LENGTH_OFFSET);
    }

    private void setLength(final int length) {
        memory.putInt(LENGTH_OFFSET, length);
    }
}
