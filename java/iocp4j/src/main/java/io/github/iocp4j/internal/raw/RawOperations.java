package io.github.iocp4j.internal.raw;

import io.github.iocp4j.Device;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.internal.Buffers;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.Ranges;
import io.github.iocp4j.internal.RawNative;
import io.github.iocp4j.socket.SocketAddressBuffer;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UdpSocket;

/**
 * Starts the operations of devices in memory that is given by its address. They pin nothing, allocate nothing, and are
 * one JNI call each. Otherwise they are the operations of {@link StreamDevice}, {@link StreamSocket} and
 * {@link UdpSocket}: the same completions, and on a device that completes inline the same
 * {@link io.github.iocp4j.InlineCompletion}.
 *
 * <p><strong>The caller keeps the memory until the completion</strong>, or until the call has completed inline or has
 * thrown. A close of the device or port, a cancel and a deadline do not end an operation: only its completion does. An
 * operation that a close leaves in quarantine never gives its memory back, see
 * {@link io.github.iocp4j.PortSnapshot#operationsQuarantined}. If the memory is freed earlier, the kernel writes to
 * memory that other code uses.
 *
 * <p>Every method refuses, with an {@link IllegalArgumentException}, a negative length and a range that cannot be
 * memory of a process: an address below {@link #LOWEST_ADDRESS}, which is never mapped, or an end beyond {@link
 * Long#MAX_VALUE}. Without a length, the address is not used, and may be 0. All other addresses are trusted.
 *
 * <p>A timeout is in milliseconds: more than 0, or {@link #NO_TIMEOUT}.
 */
public final class RawOperations {
    /** For an operation without a deadline. */
    public static final int NO_TIMEOUT = -1;
    /** The lowest address that can be memory of a process. */
    public static final long LOWEST_ADDRESS = 0x1_0000;
    /** The largest number of parts of one operation. */
    public static final int MAX_PARTS = Buffers.MAX_PARTS;

    private RawOperations() {
    }

    /** As {@link StreamDevice#read}. */
    public static long read(
            final StreamDevice device, final long address, final int length, final int timeout, final long token) {
        PortAccess.get().checkReadable(device);
        check("The memory", address, length);
        return accepted(device, RawNative.read(device.key(), address, length, token, check(timeout)));
    }

    /** As {@link StreamDevice#write}. */
    public static long write(
            final StreamDevice device, final long address, final int length, final int timeout, final long token) {
        PortAccess.get().checkWritable(device);
        check("The memory", address, length);
        return accepted(device, RawNative.write(device.key(), address, length, token, check(timeout)));
    }

    /**
     * As {@link StreamSocket#readScatter}.
     *
     * @param list the address of a {@link RawVector}'s memory, which is only read during the call
     * @param count how many of its parts to use, from 1 to {@link #MAX_PARTS}
     */
    public static long readScatter(
            final StreamSocket socket, final long list, final int count, final int timeout, final long token) {
        check("The list", list, RawVector.size(Buffers.checkCount(count)));
        return accepted(socket, RawNative.readScatter(socket.key(), list, count, token, check(timeout)));
    }

    /**
     * As {@link StreamSocket#writeGather}.
     *
     * @param list the address of a {@link RawVector}'s memory, which is only read during the call
     * @param count how many of its parts to use, from 1 to {@link #MAX_PARTS}
     */
    public static long writeGather(
            final StreamSocket socket, final long list, final int count, final int timeout, final long token) {
        check("The list", list, RawVector.size(Buffers.checkCount(count)));
        return accepted(socket, RawNative.writeGather(socket.key(), list, count, token, check(timeout)));
    }

    /**
     * As {@link UdpSocket#receive}.
     *
     * @param sender the address of a {@link SocketAddressBuffer}'s memory, a multiple of 8; the caller keeps it, too
     */
    public static long receive(
            final UdpSocket socket, final long address, final int length, final long sender, final int timeout,
            final long token) {
        return receive(socket, address, length, sender, false, timeout, token);
    }

    /**
     * As {@link UdpSocket#peek}.
     *
     * @param sender the address of a {@link SocketAddressBuffer}'s memory, a multiple of 8; the caller keeps it, too
     */
    public static long peek(
            final UdpSocket socket, final long address, final int length, final long sender, final int timeout,
            final long token) {
        return receive(socket, address, length, sender, true, timeout, token);
    }

    /**
     * As {@link UdpSocket#send}.
     *
     * @param target the address of a {@link SocketAddressBuffer}'s memory, a multiple of 8; the caller keeps it, too.
     *     For an IPv6 socket it has an address of IPv6, see {@link SocketAddressBuffer#mapToIpv6}
     */
    public static long send(
            final UdpSocket socket, final long address, final int length, final long target, final int timeout,
            final long token) {
        check("The memory", address, length);
        checkPeer(target);
        return accepted(socket, RawNative.send(socket.key(), address, length, target, token, check(timeout)));
    }

    private static long receive(
            final UdpSocket socket, final long address, final int length, final long sender, final boolean peek,
            final int timeout, final long token) {
        check("The memory", address, length);
        checkPeer(sender);
        return accepted(
                socket, RawNative.receive(socket.key(), address, length, sender, peek, token, check(timeout)));
    }

    private static long accepted(final Device device, final long answer) {
        return PortAccess.get().accepted(device, answer);
    }

    private static void checkPeer(final long address) {
        check("The socket address", address, SocketAddressBuffer.SIZE);
        if (address % SocketAddressBuffer.ALIGNMENT != 0) {
            throw new IllegalArgumentException("The socket address is at 0x" + Long.toHexString(address)
                    + ", but must be at a multiple of " + SocketAddressBuffer.ALIGNMENT);
        }
    }

    private static void check(final String what, final long address, final int length) {
        if (length < 0) {
            throw new IllegalArgumentException(what + " has a length of " + length + ": it cannot be negative");
        }
        if (length > 0 && (address < LOWEST_ADDRESS || address > Long.MAX_VALUE - length)) {
            throw new IllegalArgumentException(what + " cannot be " + length + " bytes at 0x"
                    + Long.toHexString(address) + ": no process has memory there");
        }
    }

    private static int check(final int timeout) {
        return timeout == NO_TIMEOUT ? timeout : Ranges.inRange("The timeout", timeout, 1, Integer.MAX_VALUE);
    }
}
