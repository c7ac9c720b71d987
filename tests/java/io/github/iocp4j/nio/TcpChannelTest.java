package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.heap;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.fixtures.FullBacklog;
import io.github.iocp4j.fixtures.SocketPair;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bind, connect, accept and options of TCP channels. */
@Timeout(120)
final class TcpChannelTest extends ChannelsInAGroup {
    @Test
    void bothEndsKnowTheirRealAddresses() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect()) {
            assertThat(pair.client.getLocalAddress()).isEqualTo(pair.server.getRemoteAddress());
            assertThat(pair.server.getLocalAddress()).isEqualTo(pair.client.getRemoteAddress());
            assertThat(((InetSocketAddress) pair.client.getLocalAddress()).getAddress())
                    .isEqualTo(SocketPair.loopback().getAddress());
            assertThat(pair.client.toString()).contains("connected", "127.0.0.1");
        }
    }

    @Test
    void aChannelConnectsFromWhereItIsBound() throws Exception {
        try (AsynchronousServerSocketChannel server = server()) {
            final AsynchronousSocketChannel client = client().bind(SocketPair.loopback());
            final InetSocketAddress local = (InetSocketAddress) client.getLocalAddress();
            assertThat(local.getPort()).isPositive();
            final Future<AsynchronousSocketChannel> accept = server.accept();
            client.connect(server.getLocalAddress()).get();
            assertThat(accept.get().getRemoteAddress()).isEqualTo(local);
        }
    }

    @Test
    void aServerAtAnyAddressIsReachedThroughItsOwnAddress() throws Exception {
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.openServer(group).bind(null)) {
            final Future<AsynchronousSocketChannel> accept = server.accept();
            client().connect(server.getLocalAddress()).get();
            assertThat(accept.get().isOpen()).isTrue();
            final InetSocketAddress bound = (InetSocketAddress) server.getLocalAddress();
            try (Socket plain = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), bound.getPort())) {
                assertThat(server.accept().get().getRemoteAddress()).isEqualTo(plain.getLocalSocketAddress());
            }
        }
    }

    @Test
    void aRefusedConnectIsAConnectExceptionAndClosesTheChannel() throws Exception {
        final InetSocketAddress nobody;
        try (AsynchronousServerSocketChannel server = server()) {
            nobody = (InetSocketAddress) server.getLocalAddress();
        }
        final AsynchronousSocketChannel channel = client();
        final Throwable failure = Outcome.failureOf(channel.connect(nobody));
        assertThat(failure).isInstanceOf(ConnectException.class);
        assertThat(failure.getMessage()).as("names no host").doesNotContain("127.0.0.1", "" + nobody.getPort());
        assertThat(channel.isOpen()).isFalse();
        final Outcome<Void> second = new Outcome<>();
        client().connect(nobody, "a", second);
        assertThat(second.failure()).isInstanceOf(ConnectException.class);
        assertThat(second.attachment()).isEqualTo("a");
    }

    /** ConnectEx refuses number 0 during the call, as a failing implicit bind is refused. */
    @Test
    void aConnectThatFailsAtOnceClosesTheChannel() throws Exception {
        final InetSocketAddress invalid = new InetSocketAddress(SocketPair.loopback().getAddress(), 0);
        final AsynchronousSocketChannel channel = client();
        assertThat(Outcome.failureOf(channel.connect(invalid))).isInstanceOf(SocketException.class);
        assertThat(channel.isOpen()).isFalse();
        final Outcome<Void> handler = new Outcome<>();
        client().connect(invalid, null, handler);
        assertThat(handler.failure()).isInstanceOf(SocketException.class);
    }

    /** SO_REUSEADDR of Winsock would let the second server take the clients of the first. */
    @Test
    void reuseAddressIsEmulatedUnderExclusiveBind() throws Exception {
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.openServer(group)
                .setOption(SO_REUSEADDR, true).bind(SocketPair.loopback());
        final SocketAddress address = server.getLocalAddress();
        final AsynchronousServerSocketChannel second =
                ChannelPair.Kind.TCP.openServer(group).setOption(SO_REUSEADDR, true);
        assertThatThrownBy(() -> second.bind(address)).isInstanceOf(BindException.class);
        final AsynchronousSocketChannel client = client().setOption(SO_REUSEADDR, true);
        assertThatThrownBy(() -> client.bind(address)).isInstanceOf(BindException.class);
        server.close();
        while (!isBound(second, address)) {
            // The handle is closed on another thread.
            Thread.sleep(1);
        }
        assertThat(second.getLocalAddress()).isEqualTo(address);
    }

    private static boolean isBound(final AsynchronousServerSocketChannel server, final SocketAddress address)
            throws IOException {
        try {
            server.bind(address);
            return true;
        } catch (final BindException notYet) {
            return false;
        }
    }

    @Test
    void anAddressInUseIsABindException() throws Exception {
        try (AsynchronousServerSocketChannel server = server()) {
            final AsynchronousServerSocketChannel second = ChannelPair.Kind.TCP.openServer(group);
            assertThatThrownBy(() -> second.bind(server.getLocalAddress())).isInstanceOf(BindException.class);
            assertThat(second.isOpen()).isTrue();
            assertThat(second.bind(SocketPair.loopback()).getLocalAddress()).isNotNull();
            final AsynchronousSocketChannel channel = client();
            assertThatThrownBy(() -> channel.bind(server.getLocalAddress())).isInstanceOf(BindException.class);
            assertThatThrownBy(() -> channel.bind(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 0)))
                    .isInstanceOf(BindException.class);
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void aServerThatIsBoundButCannotListenIsClosed() throws Exception {
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.openServer(group);
        ((ChannelGroup) group).port().close();
        assertThatThrownBy(() -> server.bind(SocketPair.loopback())).isInstanceOf(IOException.class);
        assertThat(server.isOpen()).isFalse();
        assertThatThrownBy(() -> server.bind(null)).isExactlyInstanceOf(ClosedChannelException.class);
    }

    @ParameterizedTest
    @EnumSource
    void closeEndsAConnectInFlight(final Ending ending) throws Exception {
        try (FullBacklog server = new FullBacklog()) {
            final AsynchronousSocketChannel channel = client();
            final Future<Void> connect = channel.connect(server.address());
            switch (ending) {
                case CLOSE:
                    channel.close();
                    assertThat(Outcome.failureOf(connect)).isInstanceOf(AsynchronousCloseException.class);
                    break;
                case CANCEL_AND_CLOSE:
                    assertThat(connect.cancel(true)).isTrue();
                    assertThat(channel.isOpen()).isFalse();
                    assertThatThrownBy(connect::get).isInstanceOf(CancellationException.class);
                    break;
                default:
                    group.shutdownNow();
                    assertThat(Outcome.failureOf(connect)).isInstanceOf(AsynchronousCloseException.class);
                    break;
            }
        }
    }

    /** What ends a connect. */
    enum Ending { CLOSE, CANCEL_AND_CLOSE, GROUP }

    @Test
    void aHundredAcceptsFromHandlers() throws Exception {
        try (AsynchronousServerSocketChannel server = server()) {
            final List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
                server.accept(i, accept);
                assertThat(accept.isDone()).as("accepts on demand").isFalse();
                clients.add(connect(server));
                assertThat(accept.get().getRemoteAddress()).isEqualTo(clients.get(i).getLocalSocketAddress());
                assertThat(accept.attachment()).isEqualTo(i);
                assertThat(accept.thread()).isNotSameAs(Thread.currentThread());
            }
            for (final Socket client : clients) {
                client.close();
            }
        }
    }

    /** Windows connects the clients, but nothing accepts them unasked. */
    @Test
    void aServerAcceptsOnDemandWithOneOperationForEachAccept() throws Exception {
        final int count = 30;
        final List<Socket> clients = new ArrayList<>();
        try (AsynchronousServerSocketChannel server = server()) {
            for (int i = 0; i < count; i++) {
                clients.add(connect(server));
            }
            assertThat(port().snapshot().operationsInFlight()).isZero();
            assertThat(port().snapshot().devices()).as("the server").hasSize(1);
            for (int i = 1; i <= count; i++) {
                server.accept().get();
                assertThat(port().snapshot().devices()).as("the server and each accepted client").hasSize(1 + i);
            }
            final Future<AsynchronousSocketChannel> waiting = server.accept();
            assertThat(port().snapshot().operationsInFlight()).isEqualTo(1);
            clients.add(connect(server));
            assertThat(waiting.get().isOpen()).isTrue();
        } finally {
            for (final Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void acceptedConnectionsOutliveTheServer() throws Exception {
        final AsynchronousServerSocketChannel server = server();
        final Future<AsynchronousSocketChannel> accept = server.accept();
        try (Socket client = connect(server)) {
            final AsynchronousSocketChannel accepted = accept.get();
            server.close();
            accepted.write(heap("x")).get();
            assertThat(client.getInputStream().read()).isEqualTo('x');
        }
    }

    @Test
    void clientsThatHaveGoneDoNotEndAccepting() throws Exception {
        try (AsynchronousServerSocketChannel server = server()) {
            for (int i = 0; i < 5; i++) {
                final Socket gone = connect(server);
                gone.setSoLinger(true, 0);
                gone.close();
            }
            try (Socket client = connect(server)) {
                AsynchronousSocketChannel accepted = server.accept().get();
                while (!client.getLocalSocketAddress().equals(accepted.getRemoteAddress())) {
                    accepted.close();
                    accepted = server.accept().get();
                }
                accepted.write(heap("x")).get();
                assertThat(client.getInputStream().read()).isEqualTo('x');
            }
        }
    }

    @Test
    void optionsAreExactlyThose() throws Exception {
        final AsynchronousSocketChannel channel = client();
        try (AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.openServer(group)) {
            assertThat(channel.supportedOptions())
                    .containsExactlyInAnyOrder(SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_REUSEADDR, TCP_NODELAY);
            assertThat(server.supportedOptions()).containsExactlyInAnyOrder(SO_RCVBUF, SO_REUSEADDR);
            channel.setOption(SO_SNDBUF, 128 * 1024).setOption(SO_RCVBUF, 256 * 1024).setOption(SO_KEEPALIVE, true)
                    .setOption(SO_REUSEADDR, true).setOption(TCP_NODELAY, true);
            assertThat(channel.getOption(SO_SNDBUF)).isGreaterThanOrEqualTo(128 * 1024);
            assertThat(channel.getOption(SO_RCVBUF)).isGreaterThanOrEqualTo(256 * 1024);
            assertThat(channel.getOption(SO_KEEPALIVE)).isTrue();
            assertThat(channel.getOption(SO_REUSEADDR)).isTrue();
            assertThat(channel.getOption(TCP_NODELAY)).isTrue();
            server.setOption(SO_RCVBUF, 256 * 1024).setOption(SO_REUSEADDR, true).bind(SocketPair.loopback());
            assertThat(server.getOption(SO_RCVBUF)).isGreaterThanOrEqualTo(256 * 1024);
            assertThat(server.getOption(SO_REUSEADDR)).isTrue();
            assertThatThrownBy(() -> channel.setOption(SO_LINGER, 1)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> channel.getOption(SO_LINGER)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> server.setOption(TCP_NODELAY, true))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> channel.setOption(SO_RCVBUF, -1));
            assertThatIllegalArgumentException().isThrownBy(() -> channel.setOption(SO_RCVBUF, null));
            assertThatIllegalArgumentException().isThrownBy(() -> server.setOption(SO_REUSEADDR, null));
            channel.close();
            assertThatThrownBy(() -> channel.setOption(SO_RCVBUF, 1)).isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> channel.getOption(SO_REUSEADDR)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void shutdownOutputIsTheEndForThePeer() throws Exception {
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect()) {
            pair.client.shutdownOutput();
            pair.client.shutdownOutput();
            assertThat(pair.server.read(ByteBuffer.allocate(1)).get()).isEqualTo(-1);
            assertThat(Outcome.failureOf(pair.client.write(heap("x"))))
                    .isExactlyInstanceOf(ClosedChannelException.class);
            pair.server.write(heap("y")).get();
            assertThat(pair.client.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
        }
    }

    @Test
    void aResetConnectionFailsTheRead() throws Exception {
        try (AsynchronousServerSocketChannel server = server()) {
            final Future<AsynchronousSocketChannel> accept = server.accept();
            final Socket client = connect(server);
            final Future<Integer> read = accept.get().read(ByteBuffer.allocate(1));
            client.setSoLinger(true, 0);
            client.close();
            assertThat(Outcome.failureOf(read)).isInstanceOf(IOException.class);
        }
    }

    private CompletionPort port() {
        return ((ChannelGroup) group).port();
    }

    private AsynchronousSocketChannel client() throws Exception {
        return ChannelPair.Kind.TCP.open(group);
    }

    private AsynchronousServerSocketChannel server() throws Exception {
        return ChannelPair.Kind.TCP.listen(group);
    }

    private static Socket connect(final AsynchronousServerSocketChannel server) throws IOException {
        final InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
        return new Socket(address.getAddress(), address.getPort());
    }
}
