package io.github.iocp4j.socket;

import io.github.iocp4j.internal.Buffers;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The sender or target of a datagram, in native memory that Windows reads and writes. One object can be used for any
 * number of datagrams, which then allocate nothing. Like the datagram's buffer, it belongs to the kernel until the
 * completion. An address that {@link UdpSocket#receive} has received can be passed to {@link UdpSocket#send}.
 */
public final class SocketAddressBuffer {
    /** The number of bytes of native memory. */
    public static final int SIZE = 136;
    /** The address of the memory is a multiple of this number. */
    public static final int ALIGNMENT = 8;

    // The layout of UdpSocket::Peer.
    private static final int LENGTH_OFFSET = 0;
    private static final int ADDRESS_OFFSET = 8;

    private final ByteBuffer memory;
    private final ByteBuffer address;

    /** Creates a buffer without an address. */
    public SocketAddressBuffer() {
        this(ByteBuffer.allocateDirect(SIZE));
    }

    private SocketAddressBuffer(final ByteBuffer memory) {
        this.memory = memory.order(ByteOrder.LITTLE_ENDIAN);
        address = memory.duplicate().position(ADDRESS_OFFSET).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Creates a buffer without an address in memory of the caller, for many buffers in one piece of memory.
     *
     * @param memory a direct buffer that has {@link #SIZE} bytes from its position to its limit, at a multiple of
     *     {@link #ALIGNMENT}; its position and limit are not changed
     * @return a buffer that uses this memory
     * @throws IllegalArgumentException when the memory is not direct, too small or not aligned
     * @throws java.nio.ReadOnlyBufferException when the memory is read-only
     */
    public static SocketAddressBuffer in(final ByteBuffer memory) {
        Buffers.checkReadInto(memory);
        if (memory.remaining() < SIZE || memory.alignmentOffset(memory.position(), ALIGNMENT) != 0) {
            throw new IllegalArgumentException("A socket address needs " + SIZE + " bytes at a multiple of "
                    + ALIGNMENT + ", not " + memory.remaining() + " bytes at a distance of "
                    + memory.alignmentOffset(memory.position(), ALIGNMENT) + " from one");
        }
        final SocketAddressBuffer made =
                new SocketAddressBuffer(memory.duplicate().limit(memory.position() + SIZE).slice());
        made.setLength(0);
        return made;
    }

    /**
     * Creates a buffer with an address.
     *
     * @param target the address
     * @throws IllegalArgumentException when it is not resolved
     */
    public SocketAddressBuffer(final InetSocketAddress target) {
        this();
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

    /**
     * Converts an IPv4 address to the form in which an IPv6 socket sends to it. {@link UdpSocket#send} does this by
     * itself.
     *
     * @return this
     */
    public SocketAddressBuffer mapToIpv6() {
        if (!isEmpty() && address.getShort(0) == SocketAddresses.AF_INET) {
            setLength(SocketAddresses.mapToIpv6(address));
        }
        return this;
    }

    private int length() {
        return memory.getInt(LENGTH_OFFSET);
    }

    private void setLength(final int length) {
        memory.putInt(LENGTH_OFFSET, length);
    }
}
