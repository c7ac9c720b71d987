package io.github.iocp4j.socket;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.FullBacklog;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sockets that the program opens before it has a port for them. */
@Timeout(120)
final class DetachedSocketTest extends CheckedPort {
    @Test
    void isPreparedThenAssociatedThenConnected() throws Exception {
        final ByteBuffer answer = ByteBuffer.allocateDirect(8);
        try (ServerSocket server = new ServerSocket(0, 1, SocketPair.loopback().getAddress());
                DetachedSocket<StreamSocket> detached = DetachedSocket.stream(StandardProtocolFamily.INET)) {
            assertThat(detached.localAddress()).isNull();
            assertThat(detached.remoteAddress()).isNull();
            detached.option(StandardSocketOptions.TCP_NODELAY, true);
            detached.option(StandardSocketOptions.SO_RCVBUF, 12_345);
            detached.bind(SocketPair.loopback());
            final InetSocketAddress bound = (InetSocketAddress) detached.localAddress();
            assertThat(bound.getPort()).isPositive();
            final Object mark = new Object();
            final StreamSocket socket = detached.associate(port, mark);
            assertThat(detached.isOpen()).isFalse();
            assertThat(socket.port()).isSameAs(port);
            assertThat(socket.attachment()).isSameAs(mark);
            assertThat(socket.localAddress()).isEqualTo(bound);
            assertThat(socket.remoteAddress()).isNull();
            assertThat(socket.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assertThat(socket.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(12_345);
            assertThatThrownBy(() -> socket.bind(SocketPair.loopback())).isInstanceOfSatisfying(Win32Exception.class,
                    refused -> assertThat(refused.code()).isEqualTo(Win32Error.WSAEINVAL));
            socket.connect(server.getLocalSocketAddress(), 1);
            final Recorder.Completion connected = recorder.nextSuccess(Opcode.CONNECT);
            assertThat(connected.token).isEqualTo(1);
            assertThat(connected.device).isSameAs(socket);
            assertThat(socket.remoteAddress()).isEqualTo(server.getLocalSocketAddress());
            assertThat(socket.name()).isEqualTo("127.0.0.1:" + server.getLocalPort());
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getRemoteSocketAddress()).isEqualTo(bound);
                accepted.getOutputStream().write("hello".getBytes());
                socket.read(answer, 2);
                assertThat(text(answer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("hello");
            }
            assertThat(socket.close(LONG)).isTrue();
            assertThat(socket.remoteAddress()).as("kept").isNotNull();
        }
    }

    @Test
    void isBoundByConnectWhereItIsNot() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            final StreamSocket socket = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
            socket.connect(server.getLocalSocketAddress(), LONG, 1);
            recorder.nextSuccess(Opcode.CONNECT);
            assertThat(((InetSocketAddress) socket.localAddress()).getPort()).isPositive();
            socket.close();
        }
    }

    @Test
    void isConnectedOnce() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        final SocketAddress peer = pair.client.remoteAddress();
        final SocketAddress client = pair.client.localAddress();
        for (final StreamSocket connected : new StreamSocket[] {pair.client, pair.server}) {
            final String name = connected.name();
            connected.connect(SocketPair.loopback(1), 1);
            assertThat(recorder.next().status).isEqualTo(Win32Error.WSAEISCONN);
            assertThat(connected.name()).as("of the connection, not of the attempt").isEqualTo(name);
        }
        assertThat(pair.client.remoteAddress()).isEqualTo(peer);
        assertThat(pair.server.remoteAddress()).isEqualTo(client);
        pair.client.write(buffer("x"), 2);
        recorder.nextSuccess(Opcode.WRITE);
    }

    @Test
    void keepsItsNameWhenAConnectIsNotStarted() throws Exception {
        final Recorder few = new Recorder();
        try (ServerSocket server = new ServerSocket(0, 1, SocketPair.loopback().getAddress());
                CompletionPort small = CompletionPort.builder(few).operations(1).open()) {
            final StreamSocket reading = SocketClient.builder(small, server.getLocalSocketAddress()).connect(1);
            few.nextSuccess(Opcode.CONNECT);
            final StreamSocket socket = DetachedSocket.stream(StandardProtocolFamily.INET).associate(small);
            final String name = socket.name();
            reading.read(ByteBuffer.allocateDirect(1), 2);
            assertThatThrownBy(() -> socket.connect(server.getLocalSocketAddress(), 3))
                    .isInstanceOf(OperationLimitException.class);
            assertThat(socket.name()).isEqualTo(name);
        }
    }

    @Test
    void isConnectedAfterARefusal() throws Exception {
        final InetSocketAddress unused = unused();
        final StreamSocket socket = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
        socket.connect(unused, 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAECONNREFUSED);
        assertThat(socket.remoteAddress()).isNull();
        assertThat(socket.name()).isEqualTo("127.0.0.1:" + unused.getPort());
        try (ServerSocket server = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            socket.connect(server.getLocalSocketAddress(), 2);
            Recorder.Completion connected = recorder.next();
            if (connected.status == Win32Error.WSAECONNABORTED) {
                // Linux, and so Wine, fails the first attempt after a refusal.
                socket.connect(server.getLocalSocketAddress(), 3);
                connected = recorder.next();
            }
            assertThat(connected.status).isZero();
            assertThat(socket.remoteAddress()).isEqualTo(server.getLocalSocketAddress());
            assertThat(socket.name()).isEqualTo("127.0.0.1:" + server.getLocalPort());
        }
        socket.close();
    }

    @Test
    void oneSocketReachesBothFamilies() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            final DetachedSocket<StreamSocket> detached = DetachedSocket.stream(StandardProtocolFamily.INET6);
            detached.option(WinsockOptions.IPV6_V6ONLY, false);
            final StreamSocket socket = detached.associate(port);
            final Set<SocketOption<?>> before = socket.supportedOptions();
            socket.connect(server.getLocalSocketAddress(), 1);
            recorder.nextSuccess(Opcode.CONNECT);
            assertThat(socket.remoteAddress()).isEqualTo(server.getLocalSocketAddress());
            assertThat(socket.supportedOptions()).as("IPv6 with an IPv4 peer").isEqualTo(before);
            socket.close();
        }
    }

    @Test
    void connectIsRefusedCancelledAndTimesOut() throws Exception {
        final StreamSocket refused = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
        refused.connect(unused(), 1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.WSAECONNREFUSED);
        assertThat(refused.remoteAddress()).isNull();
        refused.close();
        try (FullBacklog full = new FullBacklog()) {
            final StreamSocket cancelled = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
            assertThat(cancelled.cancel(cancelled.connect(full.address(), 2))).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
            cancelled.close();
            final StreamSocket late = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
            late.connect(full.address(), Duration.ofMillis(30), 3);
            assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
            late.close();
            final StreamSocket closed = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
            closed.connect(full.address(), 4);
            assertThat(closed.close(LONG)).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        }
    }

    @Test
    void datagramsWork() throws Exception {
        final DetachedSocket<UdpSocket> detached = DetachedSocket.datagram(StandardProtocolFamily.INET);
        detached.option(WinsockOptions.UDP_CONNRESET, false);
        assertThat(detached.option(WinsockOptions.UDP_CONNRESET)).isFalse();
        detached.option(StandardSocketOptions.SO_BROADCAST, true);
        detached.bind(SocketPair.loopback());
        final UdpSocket socket = detached.associate(port);
        assertThat(socket.option(WinsockOptions.UDP_CONNRESET)).as("known after the association").isFalse();
        assertThat(socket.option(StandardSocketOptions.SO_BROADCAST)).isTrue();
        final UdpSocket unbound = DetachedSocket.datagram(StandardProtocolFamily.INET).associate(port);
        assertThat(unbound.localAddress()).isNull();
        unbound.connect(socket.localAddress());
        final ByteBuffer received = ByteBuffer.allocateDirect(8);
        socket.receive(received, new SocketAddressBuffer(), 1);
        unbound.write(buffer("hi"), 2);
        assertThat(recorder.nextByToken(2).get(1L).bytes).isEqualTo(2);
        assertThat(text(received, 2)).isEqualTo("hi");
    }

    @Test
    void staysDetachedWhenThePortIsClosed() throws Exception {
        final CompletionPort other = CompletionPort.builder(recorder).workers(1).open();
        other.close();
        final DetachedSocket<StreamSocket> detached = DetachedSocket.stream(StandardProtocolFamily.INET);
        assertThatThrownBy(() -> detached.associate(other)).isInstanceOf(PortClosedException.class);
        assertThat(detached.isOpen()).isTrue();
        detached.bind(SocketPair.loopback());
        assertThat(detached.associate(port).close(LONG)).isTrue();
    }

    @Test
    void misuseIsRefusedWithTheReason() throws Exception {
        final DetachedSocket<StreamSocket> detached = DetachedSocket.stream(StandardProtocolFamily.INET);
        assertThatThrownBy(() -> detached.bind(SocketPair.loopback6())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another family");
        assertThatThrownBy(() -> detached.bind(InetSocketAddress.createUnresolved("x", 1)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not resolved");
        assertThatThrownBy(() -> detached.option(StandardSocketOptions.SO_BROADCAST, true))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("TCP connection");
        assertThatThrownBy(() -> detached.associate(null)).isInstanceOf(NullPointerException.class).hasMessage("port");
        assertThatThrownBy(() -> DetachedSocket.stream(null)).isInstanceOf(IllegalArgumentException.class);
        detached.bind(SocketPair.loopback());
        assertThatThrownBy(() -> detached.bind(SocketPair.loopback())).isInstanceOfSatisfying(Win32Exception.class,
                refused -> assertThat(refused.code()).isEqualTo(Win32Error.WSAEINVAL));
        final StreamSocket socket = detached.associate(port);
        assertThatThrownBy(() -> detached.associate(port)).isInstanceOf(DeviceClosedException.class)
                .hasMessageContaining("belongs to CompletionPort");
        assertThatThrownBy(() -> detached.bind(SocketPair.loopback())).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(detached::localAddress).isInstanceOf(DeviceClosedException.class);
        detached.close();
        assertThat(socket.isOpen()).as("close() of the detached socket does not concern the device").isTrue();
        assertThatThrownBy(() -> socket.connect(SocketPair.loopback6(), 1))
                .isInstanceOf(IllegalArgumentException.class);
        final DetachedSocket<UdpSocket> closed = DetachedSocket.datagram(StandardProtocolFamily.INET6);
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.associate(port)).isInstanceOf(DeviceClosedException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> closed.option(StandardSocketOptions.SO_SNDBUF)).isInstanceOf(
                DeviceClosedException.class);
    }

    @Test
    void hasNoPeerAfterACancelledConnect() throws Exception {
        try (FullBacklog full = new FullBacklog()) {
            final StreamSocket cancelled = DetachedSocket.stream(StandardProtocolFamily.INET).associate(port);
            assertThat(cancelled.cancel(cancelled.connect(full.address(), 1))).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
            if (cancelled.remoteAddress() != null) {
                Wine.skip("Wine 10 has the peer of a connect that was cancelled");
            }
            assertThat(cancelled.remoteAddress()).isNull();
        }
    }

    @Test
    void becomesAServer() throws Exception {
        final DetachedSocket<StreamSocket> detached = DetachedSocket.stream(StandardProtocolFamily.INET);
        assertThatThrownBy(() -> SocketServer.from(port, detached).open()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not bound");
        detached.bind(SocketPair.loopback());
        final InetSocketAddress bound = (InetSocketAddress) detached.localAddress();
        assertThatThrownBy(() -> SocketServer.from(port, detached).option(StandardSocketOptions.SO_RCVBUF, 1))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("exists already");
        try (SocketServer server = SocketServer.from(port, detached).token(7).open();
                Socket client = new Socket(bound.getAddress(), bound.getPort())) {
            assertThat(server.localAddress()).isEqualTo(bound);
            final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
            assertThat(accepted.token).isEqualTo(7);
            assertThat(((StreamSocket) accepted.device).remoteAddress()).isEqualTo(client.getLocalSocketAddress());
            accepted.device.close();
        }
        assertThatThrownBy(() -> SocketServer.from(port, detached).open()).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void unixDomainSocketsNeedAWindowsThatHasThem() throws Exception {
        final DetachedSocket<StreamSocket> detached;
        try {
            detached = DetachedSocket.unixStream();
        } catch (final Win32Exception none) {
            assumeTrue(none.code() != Win32Error.WSAEAFNOSUPPORT, "this system has no Unix-domain sockets");
            throw none;
        }
        final Device socket = detached.associate(port);
        assertThat(socket.close(LONG)).isTrue();
    }

    /** Returns an address at which no server listens. */
    private static InetSocketAddress unused() throws IOException {
        try (ServerSocket gone = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            return (InetSocketAddress) gone.getLocalSocketAddress();
        }
    }
}
