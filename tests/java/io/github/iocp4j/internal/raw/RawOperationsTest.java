package io.github.iocp4j.internal.raw;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static io.github.iocp4j.internal.raw.RawOperations.NO_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.InlineCompletion;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.NativeMemory;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.socket.SocketAddressBuffer;
import io.github.iocp4j.socket.StreamSocket;
import io.github.iocp4j.socket.UdpSocket;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.Path;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RawOperationsTest extends CheckedPort {
    private static final int OPERATIONS = 64;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(4096);
    private final long address = NativeMemory.address(memory);
    private final ByteBuffer list = ByteBuffer.allocateDirect(RawVector.size(RawOperations.MAX_PARTS));
    private final long listAddress = NativeMemory.address(list);
    private final RawVector vector = new RawVector(list);

    @Override
    public CompletionPort.Builder settings() {
        return super.settings().operations(OPERATIONS);
    }

    // --- Success

    @Test
    void pipesAndSocketsReadAndWrite() throws Exception {
        final PipePair pipes = PipePair.open(port, recorder, PipeMode.BYTE);
        carry(pipes.client, pipes.server);
        final SocketPair sockets = SocketPair.open(port, recorder);
        carry(sockets.client, sockets.server);
    }

    private void carry(final StreamDevice from, final StreamDevice to) throws Exception {
        put(100, "hello");
        RawOperations.write(from, address + 100, 5, NO_TIMEOUT, 1);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(5);
        RawOperations.read(to, address + 200, 50, 60_000, 2);
        final Recorder.Completion read = recorder.nextSuccess(Opcode.READ);
        assertThat(read.device).isSameAs(to);
        assertThat(read.token).isEqualTo(2);
        assertThat(read.bytes).isEqualTo(5);
        assertThat(get(200, 5)).isEqualTo("hello");
        assertThat(get(205, 1)).as("nothing beyond").isEqualTo("\0");
    }

    @Test
    void partsAreOneOperationAndTheirListIsReadDuringTheCall() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        put(0, "abcdef");
        vector.set(0, address, 2);
        vector.set(1, 0, 0);
        vector.set(2, address + 2, 4);
        RawOperations.writeGather(pair.client, listAddress, 3, NO_TIMEOUT, 1);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(6);
        RawOperations.read(pair.server, address, 1, NO_TIMEOUT, 2);
        recorder.nextSuccess(Opcode.READ);
        // In flight while the list changes.
        pair.server.read(memory.duplicate().position(10).limit(15), 3);
        recorder.nextSuccess(Opcode.READ);
        vector.set(0, address + 100, 3);
        vector.set(1, address + 200, 100);
        RawOperations.readScatter(pair.server, listAddress, 2, 60_000, 4);
        vector.set(0, 1, -1);
        vector.set(1, 1, -1);
        pair.client.write(buffer("123456"), 5);
        assertThat(recorder.nextByToken(2).get(4L).bytes).isEqualTo(6);
        assertThat(get(100, 4)).isEqualTo("123\0");
        assertThat(get(200, 4)).isEqualTo("456\0");
    }

    @Test
    void readWithoutLengthNeedsNoMemory() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        RawOperations.read(pair.server, 0, 0, NO_TIMEOUT, 1);
        pair.client.write(buffer("x"), 2);
        assertThat(recorder.nextByToken(2)).allSatisfy((token, done) -> assertThat(done.status).isZero());
        assertThat(pair.server.bytesAvailable()).isEqualTo(1);
        pair.server.completeInline();
        final long started = RawOperations.read(pair.server, 0, 0, NO_TIMEOUT, 3);
        if (InlineCompletion.is(started)) {
            assertThat(InlineCompletion.bytes(started)).isZero();
        } else {
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isZero();
        }
    }

    @Test
    void datagramsAreSentPeekedAndReceivedWithTheirSender() throws Exception {
        final UdpSocket one = UdpSocket.builder(port, SocketPair.loopback()).open();
        final UdpSocket two = UdpSocket.builder(port, SocketPair.loopback()).open();
        final SocketAddressBuffer target = peer(1024).set(two.localAddress());
        final SocketAddressBuffer sender = peer(2048);
        assertThat(sender.get()).isNull();
        put(0, "datagram");
        RawOperations.send(one, address, 8, address + 1024, 60_000, 1);
        assertThat(recorder.nextSuccess(Opcode.SEND_TO).bytes).isEqualTo(8);
        RawOperations.peek(two, 0, 0, address + 2048, NO_TIMEOUT, 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAEMSGSIZE);
        assertThat(sender.get()).isEqualTo(one.localAddress());
        RawOperations.receive(two, address + 100, 50, address + 2048, NO_TIMEOUT, 3);
        assertThat(recorder.nextSuccess(Opcode.RECEIVE_FROM).bytes).isEqualTo(8);
        assertThat(get(100, 9)).isEqualTo("datagram\0");
        assertThat(sender.get()).isEqualTo(one.localAddress());
        assertThat(target.get()).isEqualTo(two.localAddress());
        peer(1024);
        RawOperations.send(one, address, 8, address + 1024, NO_TIMEOUT, 4);
        assertThat(recorder.next().status).as("no address").isEqualTo(Win32Error.WSAEAFNOSUPPORT);
    }

    @Test
    void mappedAddressIsForSocketsOfBothFamilies() {
        final SocketAddressBuffer mapped = peer(0).set(SocketPair.loopback(7)).mapToIpv6();
        assertThat(mapped.port()).isEqualTo(7);
        assertThat(memory.get(8)).as("AF_INET6").isEqualTo((byte) 23);
        assertThat(peer(0).mapToIpv6().get()).isNull();
    }

    @Test
    void transfersThatSucceedAtOnceCompleteInline() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        pair.client.completeInline();
        pair.server.completeInline();
        int inline = 0;
        for (int i = 0; i < 100; i++) {
            vector.set(0, address, 4);
            vector.set(1, address + 4, 4);
            memory.putLong(0, i);
            inline += moved(RawOperations.writeGather(pair.client, listAddress, 2, NO_TIMEOUT, 1), Opcode.WRITE);
            inline += moved(RawOperations.read(pair.server, address + 8, 8, NO_TIMEOUT, 2), Opcode.READ);
            assertThat(memory.getLong(8)).isEqualTo(i);
        }
        System.out.println("Figures: " + inline + " of 200 raw transfers completed inline");
    }

    /** Checks that 8 bytes were moved; 1 if inline. */
    private int moved(final long started, final Opcode opcode) throws Exception {
        if (InlineCompletion.is(started)) {
            assertThat(InlineCompletion.bytes(started)).isEqualTo(8);
            return 1;
        }
        assertThat(recorder.nextSuccess(opcode).bytes).isEqualTo(8);
        return 0;
    }

    // --- Failure, deadline, cancel, close

    @Test
    void endsAndFailuresAreThoseOfOtherOperations() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.client.close();
        RawOperations.read(pair.server, address, 8, NO_TIMEOUT, 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
        final SocketPair sockets = SocketPair.open(port, recorder);
        sockets.client.shutdownOutput();
        vector.set(0, address, 8);
        RawOperations.readScatter(sockets.server, listAddress, 1, NO_TIMEOUT, 2);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isZero();
        RawOperations.writeGather(sockets.client, listAddress, 1, NO_TIMEOUT, 3);
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAESHUTDOWN);
    }

    @Test
    void operationsInFlightEndByDeadlineCancelAndClose() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        final UdpSocket udp = UdpSocket.builder(port, SocketPair.loopback()).open();
        vector.set(0, address, 8);
        RawOperations.read(pair.server, address, 8, 20, 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        RawOperations.readScatter(pair.server, listAddress, 1, 20, 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        RawOperations.receive(udp, address, 8, address + 1024, 20, 3);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);

        assertThat(pair.server.cancel(RawOperations.read(pair.server, address, 8, NO_TIMEOUT, 4))).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        assertThat(udp.cancel(RawOperations.peek(udp, address, 8, address + 1024, NO_TIMEOUT, 5))).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);

        RawOperations.read(pair.server, address, 8, NO_TIMEOUT, 6);
        RawOperations.readScatter(pair.server, listAddress, 1, NO_TIMEOUT, 7);
        pair.server.close();
        RawOperations.receive(udp, address, 8, address + 1024, NO_TIMEOUT, 8);
        udp.close();
        assertThat(recorder.nextByToken(3).values())
                .allSatisfy(done -> assertThat(done.status).isEqualTo(Win32Error.HANDLES_CLOSED));
        assertThatThrownBy(() -> RawOperations.read(pair.server, address, 8, NO_TIMEOUT, 9))
                .isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> RawOperations.writeGather(pair.server, listAddress, 1, NO_TIMEOUT, 9))
                .isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> RawOperations.receive(udp, address, 8, address + 1024, NO_TIMEOUT, 9))
                .isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void ceilingOfOperationsHolds() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        for (int i = 0; i < OPERATIONS; i++) {
            RawOperations.read(pair.server, address + i, 1, NO_TIMEOUT, i);
        }
        assertThatThrownBy(() -> RawOperations.read(pair.server, address, 1, NO_TIMEOUT, 99))
                .isInstanceOf(OperationLimitException.class);
        pair.server.close();
        assertThat(recorder.nextByToken(OPERATIONS)).hasSize(OPERATIONS);
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    // --- Misuse

    @Test
    void whatCannotBeMemoryIsRefused() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        final UdpSocket udp = UdpSocket.builder(port, SocketPair.loopback()).open();
        peer(1024).set(udp.localAddress());
        for (final int length : new int[] {-1, Integer.MIN_VALUE}) {
            refused("negative", () -> RawOperations.read(pair.server, address, length, NO_TIMEOUT, 1));
            refused("negative", () -> RawOperations.write(pair.server, address, length, NO_TIMEOUT, 1));
            refused("negative", () -> RawOperations.receive(udp, address, length, address, NO_TIMEOUT, 1));
            refused("negative", () -> RawOperations.send(udp, address, length, address, NO_TIMEOUT, 1));
            refused("address", () -> part(pair.server, address, length));
        }
        for (final long bad : new long[] {0, 1, 0xffff, -1, Long.MIN_VALUE, Long.MAX_VALUE - 3}) {
            refused("no process", () -> RawOperations.read(pair.server, bad, 4, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.write(pair.server, bad, 4, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.receive(udp, bad, 4, address, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.receive(udp, address, 4, bad, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.peek(udp, address, 4, bad, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.send(udp, address, 4, bad, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.readScatter(pair.server, bad, 1, NO_TIMEOUT, 1));
            refused("no process", () -> RawOperations.writeGather(pair.server, bad, 1, NO_TIMEOUT, 1));
            refused("address", () -> part(pair.server, bad, 4));
        }
        refused("multiple of 8", () -> RawOperations.send(udp, address, 4, address + 1028, NO_TIMEOUT, 1));
        vector.set(0, address, Integer.MAX_VALUE);
        vector.set(1, address, 1);
        refused("address", () -> RawOperations.writeGather(pair.server, listAddress, 2, NO_TIMEOUT, 1));
        for (final int count : new int[] {0, -1, 65, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            refused("from 1 to 64", () -> RawOperations.readScatter(pair.server, listAddress, count, NO_TIMEOUT, 1));
            refused("from 1 to 64", () -> RawOperations.writeGather(pair.server, listAddress, count, NO_TIMEOUT, 1));
        }
        for (final int timeout : new int[] {0, -2, Integer.MIN_VALUE}) {
            refused("timeout", () -> RawOperations.read(pair.server, address, 4, timeout, 1));
        }
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    private void part(final StreamSocket socket, final long memoryAddress, final int length) {
        vector.set(0, address, 4);
        vector.set(1, memoryAddress, length);
        RawOperations.readScatter(socket, listAddress, 2, NO_TIMEOUT, 1);
    }

    private static void refused(final String reason, final ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(reason);
    }

    @Test
    void missingDeviceAndWrongDirectionAreRefused() throws Exception {
        assertThatThrownBy(() -> RawOperations.read(null, address, 4, NO_TIMEOUT, 1))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> RawOperations.receive(null, address, 4, address, NO_TIMEOUT, 1))
                .isInstanceOf(NullPointerException.class);
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        pair.client.closeWrite(1);
        recorder.nextSuccess(Opcode.WRITE);
        assertThatThrownBy(() -> RawOperations.write(pair.client, address, 4, NO_TIMEOUT, 2))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("closeWrite");
    }

    @Test
    void memoryOfAListOrASocketAddressIsChecked() {
        assertThat(vector.capacity()).isEqualTo(64);
        assertThatThrownBy(() -> vector.set(64, address, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        refused("heap", () -> new RawVector(ByteBuffer.allocate(64)));
        refused("heap", () -> SocketAddressBuffer.in(ByteBuffer.allocate(SocketAddressBuffer.SIZE)));
        refused("needs 136 bytes", () -> SocketAddressBuffer.in(memory.duplicate().limit(135)));
        refused("needs 136 bytes", () -> SocketAddressBuffer.in(memory.duplicate().position(4)));
        assertThatThrownBy(() -> SocketAddressBuffer.in(memory.asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void packageIsExportedToTheAdaptersOnly() {
        final ModuleDescriptor module = ModuleFinder.of(Path.of("..", "java", "iocp4j", "target", "classes"))
                .findAll().iterator().next().descriptor();
        assertThat(module.exports()).filteredOn(
                exported -> exported.source().equals(RawOperations.class.getPackageName()))
                .singleElement().satisfies(exported -> assertThat(exported.targets())
                        .isEqualTo(Set.of("io.github.iocp4j.netty", "io.github.iocp4j.nio")));
    }

    private SocketAddressBuffer peer(final int at) {
        return SocketAddressBuffer.in(memory.duplicate().position(at));
    }

    private void put(final int at, final String ascii) {
        memory.duplicate().position(at).put(buffer(ascii));
    }

    private String get(final int at, final int length) {
        return text(memory.duplicate().position(at).slice(), length);
    }
}
