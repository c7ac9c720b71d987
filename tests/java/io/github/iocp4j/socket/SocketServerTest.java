package io.github.iocp4j.socket;

import static io.github.iocp4j.fixtures.PipePair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.file.FileRange;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.fixtures.Wine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers, and the clients that connect to them. */
@Timeout(120)
final class SocketServerTest extends RecordedPort {
    private static final ByteBuffer GREETING = PipePair.buffer("!");

    @TempDir
    private static Path folder;

    private final Queue<Recorder.Completion> failures = new ConcurrentLinkedQueue<>();

    @Test
    void servesTheJdksOwnSockets() throws Exception {
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).token(5).open();
        try (Socket client = new Socket("127.0.0.1", server.localPort())) {
            final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
            assertThat(accepted.token).isEqualTo(5);
            final StreamSocket connection = (StreamSocket) accepted.device;
            assertThat(connection.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
            client.getOutputStream().write("hello".getBytes());
            final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
            connection.read(buffer, 1);
            assertThat(text(buffer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("hello");
            connection.write(PipePair.buffer("bye"), 2);
            recorder.nextSuccess(Opcode.WRITE);
            connection.close();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("bye".getBytes());
        }
    }

    /** A throw costs only the connections on which the listener has started nothing. */
    @Test
    void keepsTheConnectionThatAThrowingBatchListenerSendsAFileOn() throws Exception {
        final Path file = Files.write(folder.resolve("sent"), new byte[100_000]);
        try (CompletionPort careless = CompletionPort.batchBuilder(batch -> {
            if (batch.opcode(0) == Opcode.ACCEPT) {
                final StreamSocket connection = (StreamSocket) batch.device(0);
                try {
                    connection.transmitFile(file, 1);
                } catch (final FileSystemException refused) {
                    throw new AssertionError(refused);
                }
                throw new IllegalStateException("behind what is done with the connection");
            }
            batch.device(0).close();
        }).workers(1).batch(1).exceptionHandler((completion, thrown) -> { }).open();
                SocketServer server = SocketServer.builder(careless, SocketPair.loopback()).open();
                Socket client = new Socket("127.0.0.1", server.localPort())) {
            assertThat(client.getInputStream().readAllBytes()).hasSize(100_000);
        }
    }

    @Test
    void nullIsRefusedByName() throws Exception {
        final StreamSocket socket = SocketPair.open(port, recorder).client;
        assertThatThrownBy(() -> socket.disconnect(null, 1)).isInstanceOf(NullPointerException.class)
                .hasMessage("next");
        assertThatThrownBy(() -> socket.transmitFile(null, 1)).hasMessage("file");
        assertThatThrownBy(() -> socket.transmitFile(folder, null, null, null, 1)).hasMessage("range");
        assertThatThrownBy(() -> socket.transmitOpenFile((FileChannel) null, null, null, null, 1)).hasMessage("file");
        assertThatThrownBy(() -> UnixSocketAddress.of(null)).hasMessage("path");
        assertThatThrownBy(() -> socket.transmitFile(folder, FileRange.from(0).length(0), null, null, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least 1 byte");
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    @Test
    void aFileThatIsTooLongForOneTransmissionIsRefused() throws Exception {
        final Path file = folder.resolve("long");
        final long last = 1L << 31;
        try (FileChannel sparse = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE)) {
            sparse.write(ByteBuffer.wrap(new byte[] {'x'}), last);
        }
        final SocketPair pair = SocketPair.open(port, recorder);
        assertThatThrownBy(() -> pair.client.transmitFile(file, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has more from 0 on");
        assertThatThrownBy(() -> pair.client.transmitFile(file, FileRange.from(3), PipePair.buffer("a"), null, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(port.snapshot().operationsInFlight()).isZero();
        pair.client.transmitFile(file, FileRange.from(last), null, null, 1);
        assertThat(recorder.nextSuccess(Opcode.TRANSMIT_FILE).bytes).isEqualTo(1);
    }

    /** As with a load balancer that checks whether the server is there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void clientsThatResetKeepNoOthersWaiting(final int listening) throws Exception {
        final int resets = 1_000;
        final long jdk;
        final Thread acceptor;
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(SocketPair.loopback())) {
            acceptor = new Thread(() -> acceptUntilClosed(server));
            acceptor.start();
            jdk = nanosUntilServed(((InetSocketAddress) server.getLocalAddress()).getPort(), resets);
        }
        acceptor.join();
        recorder.divertTo(completion -> {
            if (completion.opcode() == Opcode.ACCEPT && completion.status() != 0) {
                failures.add(new Recorder.Completion(completion));
            } else if (completion.opcode() == Opcode.ACCEPT) {
                ((StreamSocket) completion.device()).write(GREETING, 1);
            }
        });
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).listening(listening).open();
        final long ours = nanosUntilServed(server.localPort(), resets);
        System.out.printf("Figures: after %d clients that reset, the next one is served after %.1f ms by SocketServer"
                + " (%d listening), after %.1f ms by ServerSocketChannel%n", resets, ours / 1e6, listening, jdk / 1e6);
        assertThat(failures).as("no failures of the server's").isEmpty();
    }

    private static void acceptUntilClosed(final ServerSocketChannel server) {
        while (server.isOpen()) {
            try (SocketChannel client = server.accept()) {
                client.write(GREETING.duplicate());
            } catch (final IOException gone) {
                // The client, or the server at the end.
            }
        }
    }

    /** How long a client waits for the first byte from a server that others have connected to and reset. */
    private static long nanosUntilServed(final int tcpPort, final int resets) throws IOException {
        for (int i = 0; i < resets; i++) {
            final Socket client = new Socket();
            client.setSoLinger(true, 0);
            client.connect(SocketPair.loopback(tcpPort));
            client.close();
        }
        final long begin = System.nanoTime();
        try (Socket client = new Socket()) {
            client.connect(SocketPair.loopback(tcpPort));
            assertThat(client.getInputStream().read()).isEqualTo(GREETING.get(0));
        }
        return System.nanoTime() - begin;
    }

    @Test
    void firstBytesComeWithTheConnection() throws Exception {
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).firstBytes(8).open();
        try (Socket client = new Socket("127.0.0.1", server.localPort())) {
            client.getOutputStream().write("0123456789".getBytes());
            final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
            final StreamSocket connection = (StreamSocket) accepted.device;
            assertThat(accepted.bytes).isEqualTo(8);
            final ByteBuffer buffer = ByteBuffer.allocateDirect(16).limit(5);
            assertThat(connection.takeFirst(buffer)).isEqualTo(5);
            buffer.limit(16);
            assertThat(connection.takeFirst(buffer)).isEqualTo(3);
            assertThat(connection.takeFirst(buffer)).isZero();
            connection.read(buffer, 1);
            assertThat(text(buffer, 8 + recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("0123456789");
        }
    }

    @Test
    void servesIpv6AndThroughItIpv4() throws Exception {
        final SocketServer six = SocketServer.builder(port, SocketPair.loopback6()).open();
        final SocketPair pair = SocketPair.connect(port, recorder, six);
        assertThat(((InetSocketAddress) pair.server.remoteAddress()).getAddress().getAddress()).hasSize(16);
        assertThat(six.name()).isEqualTo("[0:0:0:0:0:0:0:1]:" + six.localPort());

        final SocketServer both = SocketServer.builder(port,
                new InetSocketAddress(InetAddress.getByAddress(new byte[16]), 0))
                .option(WinsockOptions.IPV6_V6ONLY, false).open();
        final StreamSocket client = SocketClient.builder(port, SocketPair.loopback(both.localPort())).connect(0);
        for (final Recorder.Completion done : recorder.next(2)) {
            assertThat(done.status).as(done.toString()).isZero();
            if (done.opcode == Opcode.ACCEPT) {
                assertThat(((StreamSocket) done.device).remoteAddress()).isEqualTo(client.localAddress());
            }
        }
    }

    @Test
    void aTakenPortIsSaidToBe() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            assertThatThrownBy(() -> SocketServer.builder(port, SocketPair.loopback(other.getLocalPort())).open())
                    .isInstanceOfSatisfying(Win32Exception.class, thrown -> assertThat(thrown.code())
                            .isIn(Win32Error.WSAEADDRINUSE, Win32Error.WSAEACCES))
                    .hasMessageContaining("127.0.0.1:" + other.getLocalPort()).hasMessageContaining("another port");
        }
        final SocketServer first = SocketServer.builder(port, SocketPair.loopback()).open();
        assertThatThrownBy(() -> SocketServer.builder(port, first.localAddress()).open())
                .isInstanceOf(Win32Exception.class);
        first.close();
        SocketServer.builder(port, first.localAddress()).open();
    }

    @Test
    void severalSocketsCanShareAPort() throws Exception {
        final SocketServer first = SocketServer.builder(port, SocketPair.loopback())
                .option(StandardSocketOptions.SO_REUSEADDR, true).open();
        try {
            assertThat(SocketServer.builder(port, first.localAddress())
                    .option(StandardSocketOptions.SO_REUSEADDR, true).open().localPort())
                    .isEqualTo(first.localPort());
        } catch (final Win32Exception refused) {
            Wine.skip("Wine on Linux does not let two servers share a port");
            throw refused;
        }
    }

    @Test
    void badAddressesAreRefused() {
        assertThatThrownBy(() -> SocketServer.builder(port, InetSocketAddress.createUnresolved("nowhere.invalid", 80)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nowhere.invalid is not resolved");
        assertThatThrownBy(() -> SocketClient.builder(port, InetSocketAddress.createUnresolved("nowhere.invalid", 80)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nowhere.invalid is not resolved");
        assertThatThrownBy(() -> SocketServer.builder(port, new SocketAddress() { }))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("must be an InetSocketAddress");
        assertThatThrownBy(() -> SocketServer.builder(port, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> SocketServer.builder(port, new InetSocketAddress("192.0.2.1", 0)).open())
                .isInstanceOfSatisfying(Win32Exception.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(Win32Error.WSAEADDRNOTAVAIL));
        final SocketServer.Builder builder = SocketServer.builder(port, SocketPair.loopback());
        assertThatThrownBy(() -> SocketClient.builder(port, SocketPair.loopback(1))
                .localAddress(SocketPair.loopback6()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("of different address families");
        assertThatThrownBy(() -> builder.listening(-1)).hasMessageContaining("from 0 to 1024");
        assertThatThrownBy(() -> builder.listening(1025)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.backlog(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.firstBytes(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.firstBytes((1 << 20) + 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRefusedConnectionIsACompletion() throws Exception {
        final int free;
        try (ServerSocket other = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            free = other.getLocalPort();
        }
        final StreamSocket socket = SocketClient.builder(port, SocketPair.loopback(free)).connect(7);
        final Recorder.Completion done = recorder.next();
        assertThat(done.opcode).isEqualTo(Opcode.CONNECT);
        assertThat(done.status).isEqualTo(Win32Error.WSAECONNREFUSED);
        assertThat(done.token).isEqualTo(7);
        assertThat(done.device).isSameAs(socket);
        assertThat(socket.isOpen()).isTrue();
        socket.close();
    }

    @Test
    void connectsFromTheLocalAddress() throws Exception {
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).open();
        final int free;
        try (ServerSocket other = new ServerSocket(0, 1, SocketPair.loopback().getAddress())) {
            free = other.getLocalPort();
        }
        SocketClient.builder(port, server.localAddress()).localAddress(SocketPair.loopback(free))
                .option(StandardSocketOptions.TCP_NODELAY, true).option(StandardSocketOptions.SO_SNDBUF, 70_000)
                .option(StandardSocketOptions.SO_RCVBUF, 70_000).timeout(Duration.ofMinutes(1)).connect(1);
        for (final Recorder.Completion done : recorder.next(2)) {
            assertThat(done.status).as(done.toString()).isZero();
            final StreamSocket end = (StreamSocket) done.device;
            if (done.opcode == Opcode.CONNECT) {
                assertThat(end.localAddress()).isEqualTo(SocketPair.loopback(free));
                assertThat(end.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
                assertThat(end.option(StandardSocketOptions.SO_SNDBUF)).isGreaterThanOrEqualTo(70_000);
            } else {
                assertThat(end.remoteAddress()).isEqualTo(SocketPair.loopback(free));
            }
        }
        assertThatThrownBy(() -> SocketClient.builder(port, server.localAddress()).localAddress(server.localAddress())
                .connect(2)).isInstanceOf(Win32Exception.class);
        assertThatThrownBy(() -> SocketClient.builder(port, server.localAddress()).timeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void connectionsThatAThrowingListenerHasNotSeenAreClosed() throws Exception {
        final List<Throwable> handled = new CopyOnWriteArrayList<>();
        try (CompletionPort throwing = CompletionPort.builder(batch -> {
            throw new IllegalStateException("on purpose");
        }).exceptionHandler((completion, thrown) -> handled.add(thrown)).workers(1).open()) {
            final SocketServer server = SocketServer.builder(throwing, SocketPair.loopback()).open();
            try (Socket client = new Socket("127.0.0.1", server.localPort())) {
                assertThat(endOf(client)).isTrue();
            }
            assertThat(handled).isNotEmpty();
        }
    }

    @Test
    void aClosedServerIsGone() throws Exception {
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).listening(16).open();
        final SocketPair pair = SocketPair.connect(port, recorder, server);
        assertThat(server.close(Duration.ofSeconds(Recorder.TIMEOUT_SECONDS))).isTrue();
        assertThatThrownBy(() -> new Socket("127.0.0.1", server.localPort())).isInstanceOf(IOException.class);
        pair.client.write(PipePair.buffer("x"), 1);
        recorder.nextSuccess(Opcode.WRITE);
        assertThat(recorder.isEmpty()).as("no completion of its accepts").isTrue();
        port.close();
        assertThatThrownBy(() -> SocketServer.builder(port, SocketPair.loopback()).open())
                .isInstanceOf(PortClosedException.class);
        assertThatThrownBy(() -> SocketClient.builder(port, server.localAddress()).connect(0))
                .isInstanceOf(PortClosedException.class);
    }

    @Test
    void theCeilingOfOperationsIsNamed() throws Exception {
        try (CompletionPort small = CompletionPort.builder(batch -> { }).operations(1).open()) {
            final SocketServer server = SocketServer.builder(small, SocketPair.loopback()).open();
            assertThatThrownBy(() -> SocketServer.builder(small, SocketPair.loopback()).open())
                    .isInstanceOf(OperationLimitException.class);
            assertThatThrownBy(() -> SocketClient.builder(small, server.localAddress()).connect(0))
                    .isInstanceOf(OperationLimitException.class);
        }
    }

    @Test
    void unixDomainSocketsCarryData() throws Exception {
        final UnixSocketAddress address = UnixSocketAddress.of(folder.resolve("s"));
        final SocketServer server = openWhereThereAreUnixDomainSockets(address);
        assertThat(server.localAddress()).isEqualTo(address);
        final SocketPair pair = SocketPair.connect(port, recorder, server);
        pair.client.write(PipePair.buffer("local"), 1);
        recorder.nextSuccess(Opcode.WRITE);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
        pair.server.read(buffer, 2);
        assertThat(text(buffer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("local");
    }

    @Test
    void unixDomainSocketsAreRefusedWhereThereAreNone() throws Exception {
        final UnixSocketAddress address = UnixSocketAddress.of(folder.resolve("t"));
        try {
            SocketServer.builder(port, address).open();
            assumeTrue(false, "this system has Unix-domain sockets");
        } catch (final Win32Exception refused) {
            assertThat(refused.code()).isEqualTo(Win32Error.WSAEAFNOSUPPORT);
            assertThat(refused).hasMessageContaining("Windows 10 version 1803");
            assertThatThrownBy(() -> SocketClient.builder(port, address).connect(0))
                    .isInstanceOf(Win32Exception.class).hasMessageContaining("WSAEAFNOSUPPORT")
                    .hasMessageContaining("Windows 10 version 1803");
        }
    }

    @Test
    void aSocketIsConnectedAgain() throws Exception {
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).open();
        final SocketPair pair = SocketPair.connect(port, recorder, server);
        final StreamSocket client = pair.client;
        assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        // First, so that the client's end is not the one in TIME_WAIT, which would delay its disconnect for minutes.
        pair.server.close();
        client.read(ByteBuffer.allocateDirect(8), 1);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isZero();
        client.disconnect(AfterDisconnect.CONNECT_AGAIN, 2);
        recorder.nextSuccess(Opcode.DISCONNECT);
        // Another server, because the end of the first one is in TIME_WAIT.
        final SocketServer next = SocketServer.builder(port, SocketPair.loopback()).open();
        client.connect(next.localAddress(), 3);
        final Recorder.Completion again = recorder.next();
        if (again.status == Win32Error.WSAEISCONN) {
            Wine.skip("Wine's ConnectEx does not connect a socket again");
        }
        assertThat(again.status).isZero();
        assertThat(recorder.next().status).isZero();
        assertThat(client.remoteAddress()).isEqualTo(next.localAddress());
        client.write(PipePair.buffer("again"), 4);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(5);
    }

    private SocketServer openWhereThereAreUnixDomainSockets(final UnixSocketAddress address) throws Win32Exception {
        try {
            return SocketServer.builder(port, address).open();
        } catch (final Win32Exception refused) {
            assumeTrue(refused.code() != Win32Error.WSAEAFNOSUPPORT, "this system has no Unix-domain sockets");
            throw refused;
        }
    }

    private static boolean endOf(final Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (final IOException reset) {
            return true;
        }
    }
}
