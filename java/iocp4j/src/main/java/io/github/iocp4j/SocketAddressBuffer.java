package io.github.iocp4j;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The sender or target of a datagram, in memory that Windows reads and writes itself: made once and used for any number
 * of datagrams, so that these cost no objects. An operation has it until its completion, as it has the datagram's
 * buffer; what a {@link UdpSocket#receive} has filled in can be given to {@link UdpSocket#send} as it is.
 */
public final class SocketAddressBuffer {
    // The layout of UdpSocket::Peer.
    private static final int LENGTH_OFFSET = 0;
    private static final int ADDRESS_OFFSET = 8;

    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(ADDRESS_OFFSET + SocketAddresses.CAPACITY).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer address = memory.duplicate().position(ADDRESS_OFFSET).slice()
            .order(ByteOrder.LITTLE_ENDIAN);

    /** Makes a buffer with no address in it. */
    public SocketAddressBuffer() {
        // Empty.
    }

    /**
     * Makes a buffer with that address in it.
     *
     * @param target the address
     * @throws IllegalArgumentException when it is not resolved
     */
    public SocketAddressBuffer(final InetSocketAddress target) {
        set(target);
    }

    /**
     * Puts an address in.
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
     * Makes an object of the address.
     *
     * @return the address, or null when there is none in it
     */
    public InetSocketAddress get() {
        return (InetSocketAddress) SocketAddresses.decode(address, length());
    }

    /**
     * The port, without making an object.
     *
     * @return from 0 to 65 535; 0 when there is no address in it
     */
    public int port() {
        return length() == 0 ? 0 : SocketAddresses.port(address);
    }

    @Override
    public String toString() {
        return length() == 0 ? "no address" : SocketAddresses.format(get());
    }

    /** What native code is given. */
    ByteBuffer memory() {
        return memory;
    }

    boolean isEmpty() {
        return length() == 0;
    }

    /** Rewrites an IPv4 address for a socket that speaks IPv6 and, through it, IPv4. */
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
