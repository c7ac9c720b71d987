package io.github.iocp4j.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.Device;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.NativeMemory;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.internal.DetachedNative;
import io.github.iocp4j.internal.DetachedSocketNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.PortAccess;
import io.github.iocp4j.internal.RawNative;
import io.github.iocp4j.internal.SocketNative;
import io.github.iocp4j.internal.StreamSocketNative;
import io.github.iocp4j.internal.UdpSocketNative;
import io.github.iocp4j.pipe.PipeMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The native methods of sockets with arguments that the facade never passes: each call returns an error, and the JVM
 * survives.
 */
@Timeout(120)
final class HostileSocketCallsTest extends CheckedPort {
    private static final int[] NUMBERS = {
        0, 1, -1, 2, 7, 64, 65, 127, 128, 129, 4096, 1 << 24, Integer.MAX_VALUE, Integer.MIN_VALUE,
        Integer.MAX_VALUE - 1
    };
    private static final int[] NONE = {};

    private final ByteBuffer direct = ByteBuffer.allocateDirect(64);
    private final ByteBuffer heap = ByteBuffer.allocate(64);
    private final ByteBuffer nothing = ByteBuffer.allocateDirect(0);
    private SocketServer server;
    private SocketPair pair;
    private UdpSocket udp;
    private byte[] loopback;

    @BeforeEach
    void open() throws Exception {
        server = SocketServer.builder(port, SocketPair.loopback()).open();
        pair = SocketPair.connect(port, recorder, server);
        udp = UdpSocket.builder(port, SocketPair.loopback()).open();
        loopback = SocketAddresses.encode(SocketPair.loopback());
    }

    @AfterEach
    void everythingIsAsItWas() throws Exception {
        pair.client.write(PipePair.buffer("alive"), 1);
        pair.server.read(direct, 2);
        assertThat(recorder.nextByToken(2)).allSatisfy((token, done) -> assertThat(done.status).isZero());
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void badAddressesAreErrors() {
        final Random random = new Random(1);
        for (int length = 0; length < 200; length++) {
            final byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            if (length > 1) {
                bytes[0] = new byte[] {1, 2, 23, 0, 99}[length % 5];
                bytes[1] = 0;
            }
            if (length != 16 && length != 28 && length != 110) {
                assertThat(new long[] {
                    UdpSocketNative.bind(udp.key(), bytes),
                    UdpSocketNative.connect(udp.key(), bytes),
                    UdpSocketNative.changeMembership(udp.key(), 1, bytes, 0, null),
                    UdpSocketNative.changeMembership(udp.key(), 1, loopback, 0, bytes)
                }).as("length %d", length).doesNotContain(1);
                assertThat(-StreamSocketNative.connect(pair.client.key(), bytes, 0, -1))
                        .isIn(Win32Error.WSAEFAULT * 1L, Win32Error.WSAEAFNOSUPPORT * 1L);
                assertThat(SocketNative.openServer(PortAccess.get().id(
                        port), "x", bytes, NONE, 1, 1, 0, false, 0)).isNegative();
                assertThat(UdpSocketNative.open(PortAccess.get().id(
                        port), "x", bytes, length % 2 == 0, NONE)).isNegative();
                assertThat(StreamSocketNative.open(PortAccess.get().id(port), "x", bytes, NONE)).isNegative();
            }
        }
        assertThat(StreamSocketNative.connect(pair.client.key(), null, 0, -1)).isNegative();
        assertThat(SocketNative.openServer(
                PortAccess.get().id(port), null, null, null, 1, 1, 0, false, 0)).isNegative();
        assertThat(UdpSocketNative.open(PortAccess.get().id(port), null, null, true, null)).isNegative();
        assertThat(StreamSocketNative.open(PortAccess.get().id(port), null, null, null)).isNegative();
        assertThat(UdpSocketNative.bind(udp.key(), null)).isNegative();
        assertThat(UdpSocketNative.connect(udp.key(), null)).isNegative();
        assertThat(UdpSocketNative.changeMembership(udp.key(), 1, null, 0, null)).isNegative();
        final byte[] path = SocketAddresses.encode(new UnixSocketAddress("x"));
        assertThat(UdpSocketNative.open(PortAccess.get().id(port), "x", path, false, NONE)).isNegative();
        assertThat(UdpSocketNative.connect(udp.key(), path)).isNegative();
        assertThat(UdpSocketNative.changeMembership(udp.key(), 1, path, 0, null))
                .isEqualTo(-Win32Error.WSAEAFNOSUPPORT);
    }

    @Test
    void keysOfOtherThingsAreRefused() throws Exception {
        final long closed = -EngineError.DEVICE_CLOSED.code();
        final long detached = DetachedSocketNative.open(SocketAddresses.AF_INET, false);
        assertThat(detached).isPositive();
        for (final long key : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, detached + 1, port.snapshot().bytes(),
            PortAccess.get().id(port), pair.client.key(), udp.key()}) {
            assertThat(DetachedNative.associate(key, PortAccess.get().id(port))).isEqualTo(closed);
            assertThat(DetachedSocketNative.bind(key, loopback)).isEqualTo(closed);
            assertThat(DetachedSocketNative.set(key, 1, 1)).isEqualTo(closed);
            assertThat(DetachedSocketNative.get(key, 1)).isEqualTo(closed);
            assertThat(DetachedSocketNative.localAddress(key, new byte[128])).isEqualTo(closed);
            assertThat(DetachedSocketNative.remoteAddress(key, new byte[128])).isEqualTo(closed);
            assertThat(SocketNative.serve(key, PortAccess.get().id(port), "x", 1, 1, 0, false, 0)).isEqualTo(closed);
            assertThat(DetachedNative.exists(key)).isFalse();
            assertThat(DetachedNative.name(key)).isEmpty();
            DetachedNative.close(key);
        }
        for (final long noPort : new long[] {0, -1, detached, pair.client.key()}) {
            assertThat(DetachedNative.associate(detached, noPort)).isEqualTo(-EngineError.PORT_CLOSED.code());
        }
        assertThat(SocketNative.accept(detached, 0, -1)).isEqualTo(closed);
        assertThat(SocketNative.accept(pair.client.key(), 0, -1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        assertThat(StreamSocketNative.bind(udp.key(), loopback)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        assertThat(DetachedSocketNative.bind(detached, null)).isNegative();
        assertThat(DetachedSocketNative.localAddress(detached, null)).isNegative();
        assertThat(DetachedSocketNative.open(-1, false)).isNegative();
        assertThat(DetachedSocketNative.open(Integer.MAX_VALUE, true)).isNegative();
        assertThat(DetachedNative.exists(detached)).isTrue();
        DetachedNative.close(detached);
        assertThat(DetachedNative.exists(detached)).isFalse();
    }

    @Test
    void badNumbersAreErrors() throws Exception {
        final byte[] group = SocketAddresses.encode(new InetSocketAddress(InetAddress.getByName("239.1.1.1"), 0));
        for (final int number : NUMBERS) {
            if (number < 1) {
                assertThat(openServer(number, 1, 0)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            if (number < 0 || number > 1024) {
                assertThat(openServer(1, number, 0)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            if (number < 0 || number > 1 << 20) {
                assertThat(openServer(1, 1, number)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
            if (number < 1 || number > 20) {
                assertThat(SocketNative.set(pair.client.key(), number, 1)).isNegative();
                assertThat(SocketNative.get(pair.client.key(), number)).isNegative();
                assertThat(UdpSocketNative.open(PortAccess.get().id(
                        port), "x", loopback, true, new int[] {number, 1})).isNegative();
            }
            for (int option = 1; option <= 20; option++) {
                // Winsock decides about the values.
                SocketNative.set(udp.key(), option, number);
                SocketNative.get(udp.key(), option);
            }
            if (number < 1 || number > 4) {
                assertThat(UdpSocketNative.changeMembership(udp.key(), number, group, 0, null))
                        .isEqualTo(-Win32Error.WSAEINVAL);
                assertThat(UdpSocketNative.changeMembership(udp.key(), number, group, 0, loopback))
                        .isEqualTo(-Win32Error.WSAEINVAL);
            }
            // Winsock decides about interfaces, and about addresses that are no groups.
            UdpSocketNative.changeMembership(udp.key(), 1, group, number, null);
            UdpSocketNative.changeMembership(udp.key(), 3, group, number, loopback);
            assertThat(UdpSocketNative.changeMembership(udp.key(), 1, loopback, number, null)).isNegative();
            if (number < 0 || number > 64) {
                assertThat(StreamSocketNative.takeFirst(pair.client.key(), direct, number, 1))
                        .isEqualTo(-EngineError.BAD_BUFFER.code());
                assertThat(StreamSocketNative.takeFirst(pair.client.key(), direct, 0, number))
                        .isEqualTo(-EngineError.BAD_BUFFER.code());
                assertThat(StreamSocketNative.readInto(pair.client.key(), new ByteBuffer[] {direct},
                        new int[] {0, number}, 1, 0, -1)).isEqualTo(-EngineError.BAD_BUFFER.code());
                assertThat(StreamSocketNative.readInto(pair.client.key(), new ByteBuffer[] {direct},
                        new int[] {0, 1}, number, 0, -1)).isEqualTo(-EngineError.BAD_BUFFER.code());
                assertThat(UdpSocketNative.receiveFrom(udp.key(), direct, 0, number, new SocketAddressBuffer().memory(),
                        (number & 1) == 0, 0, -1)).isEqualTo(-EngineError.BAD_BUFFER.code());
                assertThat(transmit(0, 0, direct, number, nothing)).isNegative();
                assertThat(transmit(0, 0, nothing, 0, heap)).isNegative();
            }
            if (number < 0) {
                assertThat(transmit(number, 0, nothing, 0, nothing)).isEqualTo(-Win32Error.INVALID_PARAMETER);
                assertThat(transmit(0, number, nothing, 0, nothing)).isEqualTo(-Win32Error.INVALID_PARAMETER);
            }
        }
        assertThat(transmit(0, Integer.MAX_VALUE, nothing, 0, nothing)).isEqualTo(-Win32Error.INVALID_PARAMETER);
        assertThat(UdpSocketNative.open(PortAccess.get().id(
                port), "x", loopback, false, new int[] {99})).as("an incomplete option is none")
                .isPositive();
    }

    @Test
    void badBuffersAreErrors() {
        final long socket = pair.client.key();
        final ByteBuffer[] tooMany = new ByteBuffer[65];
        Arrays.fill(tooMany, direct);
        final ByteBuffer[][] lists = {null, {}, {null}, {heap}, {direct, null}, tooMany};
        for (final ByteBuffer[] list : lists) {
            final int[] ranges = new int[list == null ? 2 : 2 * list.length];
            final int count = ranges.length / 2;
            assertThat(StreamSocketNative.readInto(socket, list, ranges, count, 0, -1))
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
            assertThat(StreamSocketNative.writeFrom(socket, list, ranges, count, 0, -1))
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
        }
        for (final int[] ranges : new int[][] {null, {}, {0}, {-1, 1}, {1, -1}, {64, 1}, {1, 64}}) {
            assertThat(StreamSocketNative.readInto(socket, new ByteBuffer[] {direct}, ranges, 1, 0, -1))
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
        }
        for (final int count : new int[] {0, -1, 2, 3, 65, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 30 | 1}) {
            assertThat(StreamSocketNative.writeFrom(
                    socket, new ByteBuffer[] {direct, direct}, new int[] {0, 1, 2}, count, 0, -1))
                    .as("%d buffers", count).isEqualTo(-EngineError.BAD_BUFFER.code());
        }
        final ByteBuffer room = new SocketAddressBuffer().memory();
        final ByteBuffer crooked = ByteBuffer.allocateDirect(200).position(1).slice();
        for (final ByteBuffer peer : new ByteBuffer[] {null, heap, direct, nothing, crooked}) {
            assertThat(UdpSocketNative.receiveFrom(udp.key(), direct, 0, 1, peer, true, 0, -1))
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
            assertThat(UdpSocketNative.sendTo(udp.key(), direct, 0, 1, peer, 0, -1))
                    .isEqualTo(-EngineError.BAD_BUFFER.code());
        }
        assertThat(UdpSocketNative.receiveFrom(udp.key(), null, 0, 0, room, false, 0, -1))
                .isEqualTo(-EngineError.BAD_BUFFER.code());
        assertThat(StreamSocketNative.takeFirst(socket, null, 0, 0)).isEqualTo(-EngineError.BAD_BUFFER.code());
        assertThat(SocketNative.localAddress(socket, null)).isEqualTo(-EngineError.BAD_BUFFER.code());
        assertThat(SocketNative.localAddress(socket, new byte[15])).isEqualTo(-EngineError.BAD_BUFFER.code());
        assertThat(SocketNative.remoteAddress(socket, new byte[0])).isEqualTo(-EngineError.BAD_BUFFER.code());
        assertThat(StreamSocketNative.transmitFile(socket, null, null, 0, 0, 0, nothing, 0, 0, nothing, 0, 0, 0, -1))
                .isNegative();
        assertThat(StreamSocketNative.transmitFile(socket, "", null, 0, 0, 0, nothing, 0, 0, nothing, 0, 0, 0, -1))
                .isNegative();
        assertThat(StreamSocketNative.transmitFile(socket, null, null, server.key(), 0, 0, nothing, 0, 0, nothing, 0,
                0, 0, -1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
    }

    @Test
    void whatCannotBeMemoryIsAnError() {
        final long socket = pair.client.key();
        final ByteBuffer memory = ByteBuffer.allocateDirect(4096);
        final long good = NativeMemory.address(memory);
        final long refusal = -EngineError.BAD_BUFFER.code();
        for (final long bad : new long[] {0, 1, 0xffff, -1, -good, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 63 | good}) {
            assertThat(new long[] {
                RawNative.read(socket, bad, 1, 0, -1), RawNative.write(socket, bad, 1, 0, -1),
                RawNative.readScatter(socket, bad, 1, 0, -1), RawNative.writeGather(socket, bad, 1, 0, -1),
                RawNative.receive(udp.key(), bad, 1, good, false, 0, -1),
                RawNative.receive(udp.key(), good, 1, bad, true, 0, -1),
                RawNative.send(udp.key(), bad, 1, good, 0, -1), RawNative.send(udp.key(), good, 1, bad, 0, -1)
            }).as("%x", bad).containsOnly(refusal);
            memory.order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1).putLong(8, bad);
            assertThat(RawNative.writeGather(socket, good, 1, 0, -1)).as("a part at %x", bad).isEqualTo(refusal);
        }
        memory.putLong(8, good);
        for (final int number : NUMBERS) {
            if (number < 0) {
                assertThat(RawNative.read(socket, good, number, 0, -1)).isEqualTo(refusal);
                assertThat(RawNative.send(udp.key(), good, number, good, 0, -1)).isEqualTo(refusal);
                memory.putLong(0, number);
                assertThat(RawNative.readScatter(socket, good, 1, 0, -1)).isEqualTo(refusal);
            }
            if (number < 1 || number > 64) {
                assertThat(RawNative.readScatter(socket, good, number, 0, -1)).isEqualTo(refusal);
                assertThat(RawNative.writeGather(socket, good, number, 0, -1)).isEqualTo(refusal);
            }
        }
        for (int i = 0; i < 2; i++) {
            memory.putLong(16 * i, Integer.MAX_VALUE).putLong(16 * i + 8, good);
        }
        assertThat(RawNative.writeGather(socket, good, 2, 0, -1)).as("more than an int can count").isEqualTo(refusal);
        assertThat(RawNative.receive(udp.key(), good, 1, good + 4, false, 0, -1)).as("crooked").isEqualTo(refusal);
        memory.putLong(0, 1);
        for (final long other : new long[] {server.key(), udp.key()}) {
            assertThat(RawNative.readScatter(other, good, 1, 0, -1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(RawNative.writeGather(other, good, 1, 0, -1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        }
        assertThat(RawNative.receive(socket, good, 1, good, false, 0, -1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        assertThat(RawNative.send(socket, good, 1, good, 0, -1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        for (final long none : new long[] {0, -1, PortAccess.get().id(port), socket + (1L << 32), -socket}) {
            assertThat(new long[] {
                RawNative.read(none, good, 1, 0, -1), RawNative.write(none, good, 1, 0, -1),
                RawNative.readScatter(none, good, 1, 0, -1), RawNative.send(none, good, 1, good, 0, -1)
            }).containsOnly(-EngineError.DEVICE_CLOSED.code());
        }
    }

    @Test
    void otherKindsOfDevicesAreRefused() throws Exception {
        final ByteBuffer room = new SocketAddressBuffer((InetSocketAddress) server.localAddress()).memory();
        final ByteBuffer[] list = {direct};
        final int[] range = {0, 1};
        for (final Device other : new Device[] {server, udp}) {
            final long key = other.key();
            assertThat(new long[] {
                StreamSocketNative.connect(key, loopback, 0, -1),
                StreamSocketNative.disconnect(key, true, 0, -1),
                StreamSocketNative.readInto(key, list, range, 1, 0, -1),
                StreamSocketNative.writeFrom(key, list, range, 1, 0, -1),
                StreamSocketNative.shutdownOutput(key),
                StreamSocketNative.shutdownInput(key),
                StreamSocketNative.takeFirst(key, direct, 0, 1)
            }).containsOnly(-EngineError.WRONG_DEVICE.code());
        }
        for (final Device other : new Device[] {server, pair.client}) {
            assertThat(UdpSocketNative.receiveFrom(other.key(), direct, 0, 1, room, false, 0, -1))
                    .isEqualTo(-EngineError.WRONG_DEVICE.code());
            assertThat(new long[] {
                UdpSocketNative.sendTo(other.key(), direct, 0, 1, room, 0, -1),
                UdpSocketNative.bind(other.key(), loopback),
                UdpSocketNative.connect(other.key(), loopback),
                UdpSocketNative.disconnect(other.key()),
                UdpSocketNative.changeMembership(other.key(), 1, loopback, 0, null)
            }).containsOnly(-EngineError.WRONG_DEVICE.code());
        }
        assertThat(SocketNative.listen(pair.client.key())).isEqualTo(-EngineError.WRONG_DEVICE.code());
        assertThat(NamedPipeNative.listen(server.key())).isNegative();
        final PipePair pipes = PipePair.open(port, recorder, PipeMode.BYTE);
        assertThat(SocketNative.set(pipes.client.key(), 1, 1)).isEqualTo(-EngineError.WRONG_DEVICE.code());
        assertThat(SocketNative.available(pipes.client.key())).isEqualTo(-EngineError.WRONG_DEVICE.code());
        assertThat(SocketNative.localAddress(pipes.client.key(), new byte[128]))
                .isEqualTo(-EngineError.WRONG_DEVICE.code());
        for (final long key : new long[] {0, -1, PortAccess.get().id(
                port), Long.MAX_VALUE, pair.client.key() + (1L << 32)}) {
            assertThat(new long[] {
                StreamSocketNative.connect(key, loopback, 0, -1),
                StreamSocketNative.disconnect(key, true, 0, -1),
                StreamSocketNative.shutdownOutput(key),
                StreamSocketNative.takeFirst(key, direct, 0, 1),
                UdpSocketNative.sendTo(key, direct, 0, 1, room, 0, -1),
                UdpSocketNative.bind(key, loopback),
                UdpSocketNative.connect(key, loopback),
                UdpSocketNative.disconnect(key),
                UdpSocketNative.changeMembership(key, 1, loopback, 0, null),
                SocketNative.listen(key),
                SocketNative.set(key, 1, 1),
                SocketNative.get(key, 1),
                SocketNative.localAddress(key, new byte[128])
            }).as("key %x", key).containsOnly(-EngineError.DEVICE_CLOSED.code());
        }
        assertThat(StreamSocketNative.open(pair.client.key(), "x", loopback, NONE))
                .isEqualTo(-EngineError.PORT_CLOSED.code());
    }

    private long openServer(final int backlog, final int listening, final int firstBytes) {
        return SocketNative.openServer(PortAccess.get().id(
                port), "x", loopback, NONE, backlog, listening, firstBytes, false, 0);
    }

    private long transmit(
            final long offset, final int length, final ByteBuffer head, final int headLength, final ByteBuffer tail) {
        return StreamSocketNative.transmitFile(pair.client.key(), null, null, udp.key(), offset, length, head, 0,
                headLength, tail, 0, 0, 0, -1);
    }
}
