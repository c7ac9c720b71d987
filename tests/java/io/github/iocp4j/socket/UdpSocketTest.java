package io.github.iocp4j.socket;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class UdpSocketTest extends RecordedPort {
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(16);
    private final SocketAddressBuffer sender = new SocketAddressBuffer();
    private UdpSocket one;
    private UdpSocket two;

    @BeforeEach
    void open() throws Exception {
        one = UdpSocket.builder(port, SocketPair.loopback()).open();
        two = UdpSocket.builder(port, SocketPair.loopback()).open();
    }

    @Test
    void datagramsArriveWithTheirSenderAndAreAnswered() throws Exception {
        two.receive(buffer, sender, 1);
        one.send(buffer("question"), new SocketAddressBuffer(two.localAddress()), 2);
        final Recorder.Completion received = recorder.nextByToken(2).get(1L);
        assertThat(received.opcode).isEqualTo(Opcode.RECEIVE_FROM);
        assertThat(received.device).isSameAs(two);
        assertThat(text(buffer, received.bytes)).isEqualTo("question");
        assertThat(sender.get()).isEqualTo(one.localAddress());
        assertThat(sender.port()).isEqualTo(one.localAddress().getPort());

        one.receive(buffer, new SocketAddressBuffer(), 3);
        two.send(buffer("answer"), sender, 4);
        assertThat(text(buffer, recorder.nextByToken(2).get(3L).bytes)).isEqualTo("answer");
    }

    @Test
    void theJdksOwnSocketsAreUnderstood() throws Exception {
        try (DatagramSocket plain = new DatagramSocket(SocketPair.loopback())) {
            one.receive(buffer, sender, 1);
            plain.send(new DatagramPacket("plain".getBytes(), 5, one.localAddress()));
            assertThat(text(buffer, recorder.nextSuccess(Opcode.RECEIVE_FROM).bytes)).isEqualTo("plain");
            assertThat(sender.get()).isEqualTo(plain.getLocalSocketAddress());
            one.send(buffer("back"), sender, 2);
            recorder.nextSuccess(Opcode.SEND_TO);
            final DatagramPacket packet = new DatagramPacket(new byte[8], 8);
            plain.receive(packet);
            assertThat(packet.getLength()).isEqualTo(4);
        }
    }

    @Test
    void datagramThatDoesNotFitIsReported() throws Exception {
        final SocketAddressBuffer target = new SocketAddressBuffer(two.localAddress());
        two.receive(buffer.clear().limit(7).position(4), sender, 1);
        one.send(buffer("too long"), target, 2);
        final Recorder.Completion cut = recorder.nextByToken(2).get(1L);
        assertThat(cut.status).isEqualTo(Win32Error.WSAEMSGSIZE);
        assertThat(cut.bytes).isEqualTo(3);
        assertThat(text(buffer, 7).substring(4)).isEqualTo("too");
        assertThat(sender.get()).isEqualTo(one.localAddress());
        // The same with the datagram there before the call.
        one.send(buffer("too long again"), target, 3);
        recorder.nextSuccess(Opcode.SEND_TO);
        two.receive(buffer.clear().limit(3), sender, 4);
        final Recorder.Completion atOnce = recorder.next();
        assertThat(atOnce.status).isEqualTo(Win32Error.WSAEMSGSIZE);
        assertThat(atOnce.bytes).isEqualTo(3);
        one.send(ByteBuffer.allocateDirect(0), target, 5);
        two.receive(buffer, sender, 6);
        assertThat(recorder.nextByToken(2).get(6L)).satisfies(empty -> {
            assertThat(empty.status).isZero();
            assertThat(empty.bytes).isZero();
        });
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    @Test
    void aTooLongDatagramIsNotSent() throws Exception {
        one.send(ByteBuffer.allocateDirect(70_000), new SocketAddressBuffer(two.localAddress()), 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAEMSGSIZE);
    }

    @Test
    void waitsAreCancelledTimedOutAndClosed() throws Exception {
        final long operation = one.receive(buffer, sender, 1);
        assertThat(one.cancel(operation)).isTrue();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        one.receive(buffer.clear().limit(4), sender, Duration.ofMillis(20), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        one.receive(buffer, sender, 3);
        one.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> one.receive(buffer, sender, 4)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> one.send(buffer, new SocketAddressBuffer(two.localAddress()), 4))
                .isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void misuseIsRefused() {
        final SocketAddressBuffer target = new SocketAddressBuffer(two.localAddress());
        assertThatThrownBy(() -> one.send(buffer, new SocketAddressBuffer(), 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no address");
        assertThatThrownBy(() -> one.send(ByteBuffer.allocate(1), target, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("heap");
        assertThatThrownBy(() -> new SocketAddressBuffer(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nowhere.invalid");
        assertThatThrownBy(() -> UdpSocket.builder(port, one.localAddress()).open())
                .isInstanceOfSatisfying(Win32Exception.class, thrown -> assertThat(thrown.code())
                        .isIn(Win32Error.WSAEADDRINUSE, Win32Error.WSAEACCES));
        assertThat(recorder.isEmpty()).isTrue();
    }

    @Test
    void ipv6SpeaksToIpv4() throws Exception {
        final UdpSocket both = UdpSocket.builder(port, new InetSocketAddress(InetAddress.getByAddress(new byte[16]), 0))
                .option(WinsockOptions.IPV6_V6ONLY, false).option(StandardSocketOptions.SO_RCVBUF, 100_000).open();
        one.receive(buffer, sender, 1);
        both.send(buffer("mapped"), new SocketAddressBuffer(one.localAddress()), 2);
        assertThat(recorder.nextByToken(2).get(1L).bytes).isEqualTo(6);
        assertThat(sender.port()).isEqualTo(both.localAddress().getPort());
        both.receive(buffer, sender, 3);
        one.send(buffer("back"), new SocketAddressBuffer(SocketPair.loopback(both.localAddress().getPort())), 4);
        assertThat(recorder.nextByToken(2).get(3L).status).isZero();
        assertThat(sender.get()).as("as the IPv4 address that it is").isEqualTo(one.localAddress());
        assertThat(both.option(StandardSocketOptions.SO_RCVBUF)).isGreaterThanOrEqualTo(100_000);
    }

    @Test
    void severalSocketsCanShareAPort() throws Exception {
        final UdpSocket shared = UdpSocket.builder(port, SocketPair.loopback())
                .option(StandardSocketOptions.SO_REUSEADDR, true).open();
        assertThat(UdpSocket.builder(port, shared.localAddress()).option(StandardSocketOptions.SO_REUSEADDR, true)
                .open().localAddress()).isEqualTo(shared.localAddress());
    }
}
