package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A socket over a pipe behaves as java.net says of sockets; each case names a point of its documentation. */
@Timeout(120)
final class PipeSocketTest {
    private static final int MEBIBYTE = 1 << 20;

    @Test
    void transfersBothWaysAtOnce() throws Exception {
        final byte[] sent = new byte[3 * MEBIBYTE + 1];
        new Random(1).nextBytes(sent);
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final CompletableFuture<Void> echo = run(() -> {
                pair.server.getInputStream().transferTo(pair.server.getOutputStream());
                return null;
            });
            final CompletableFuture<byte[]> received =
                    run(() -> pair.client.getInputStream().readNBytes(sent.length));
            pair.client.getOutputStream().write(sent);
            assertThat(received.get()).isEqualTo(sent);
            pair.client.close();
            echo.get();
        }
    }

    @Test
    void readsSingleBytesAndPartsAndSkips() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final OutputStream out = pair.server.getOutputStream();
            out.write(0xFF);
            out.write(new byte[] {9, 1, 2, 3, 9}, 1, 3);
            final InputStream in = pair.client.getInputStream();
            assertThat(in.read()).isEqualTo(0xFF);
            assertThat(in.available()).isPositive();
            assertThat(in.read(new byte[0])).isZero();
            assertThat(in.skip(1)).isEqualTo(1);
            final byte[] part = new byte[4];
            assertThat(in.readNBytes(part, 1, 2)).isEqualTo(2);
            assertThat(part).containsExactly(0, 2, 3, 0);
            assertThat(in.available()).isZero();
            assertThatThrownBy(() -> in.read(part, 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> out.write(part, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aTimeoutLosesNoByte() throws Exception {
        final int bytes = 500;
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final AtomicInteger timeouts = new AtomicInteger();
            pair.client.setSoTimeout(1);
            final InputStream in = pair.client.getInputStream();
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class).hasMessage("Read timed out");
            for (int i = 0; i < bytes; i++) {
                // Half of the bytes come while a read that has timed out is in flight.
                if (i % 2 == 0) {
                    assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
                }
                pair.server.getOutputStream().write(i);
                assertThat(readAgain(in, timeouts)).isEqualTo(i & 0xFF);
            }
            pair.client.setSoTimeout(0);
            pair.server.getOutputStream().write(7);
            assertThat(in.read()).isEqualTo(7);
        }
    }

    @Test
    void tenThousandTimeoutsLoseNoByte() throws Exception {
        // In a row on each socket, while the peer writes when it likes.
        final int sockets = 10;
        final int timeouts = 1_000;
        final List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < sockets; i++) {
            ends.add(run(() -> {
                try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
                    pair.client.setSoTimeout(1);
                    final CompletableFuture<Integer> writer = run(() -> writeUntilRead(pair.server));
                    final InputStream in = pair.client.getInputStream();
                    final AtomicInteger lost = new AtomicInteger();
                    int next = 0;
                    while (lost.get() < timeouts) {
                        assertThat(readAgain(in, lost)).isEqualTo(next++ & 0xFF);
                    }
                    pair.client.getOutputStream().write(1);
                    pair.client.setSoTimeout(0);
                    final int written = writer.get();
                    while (next < written) {
                        assertThat(in.read()).isEqualTo(next++ & 0xFF);
                    }
                    assertThat(pair.client.getInputStream().available()).isZero();
                }
                return null;
            }));
        }
        for (final CompletableFuture<Void> end : ends) {
            end.get();
        }
    }

    @Test
    void closeEndsARead() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> read = Waiting.enter(in::read);
            pair.client.close();
            assertThat(read.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThatThrownBy(in::read).isInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void closeEndsAReadWithATimeoutAndTheOneThatQueues() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            pair.client.setSoTimeout(1_000_000);
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> first = Waiting.enter(in::read);
            final Waiting<Integer> second = Waiting.enter(in::read);
            assertThat(in.available()).as("without a wait").isZero();
            in.close();
            assertThat(first.thrown()).hasMessage("Socket closed");
            assertThat(second.thrown()).hasMessage("Socket closed");
            assertThat(pair.client.isClosed()).isTrue();
        }
    }

    @Test
    void closeEndsAWriteAndDoesNotFlush() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final Waiting<Void> write = Waiting.enter(() -> {
                pair.client.getOutputStream().write(new byte[10 * MEBIBYTE]);
                return null;
            });
            pair.client.close();
            assertThat(write.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
        }
    }

    @Test
    void whatWasWrittenCanBeReadAfterTheClose() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            pair.server.getOutputStream().write("last words".getBytes(UTF_8));
            pair.server.close();
            assertThat(pair.client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("last words");
        }
    }

    @Test
    void aWriteToAPeerThatHasGoneSaysPipeClosed() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final Waiting<Void> write = Waiting.enter(() -> {
                pair.client.getOutputStream().write(new byte[10 * MEBIBYTE]);
                return null;
            });
            pair.server.close();
            assertThat(write.thrown()).isInstanceOf(IOException.class).hasMessage("Pipe closed")
                    .hasCauseInstanceOf(Win32Exception.class);
            assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
            assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anInterruptEndsAReadAndLosesNoByte() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final CountDownLatch interrupted = new CountDownLatch(1);
            // One thread for all: Wine may lose an operation whose thread ends at the moment of its completion.
            final Waiting<Integer> read = Waiting.enter(() -> {
                assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
                assertThatThrownBy(in::read).as("still interrupted").isInstanceOf(InterruptedIOException.class);
                assertThat(Thread.interrupted()).isTrue();
                interrupted.countDown();
                return in.read();
            });
            read.interrupt();
            interrupted.await();
            pair.server.getOutputStream().write(5);
            assertThat(read.get()).isEqualTo(5);
        }
    }

    @Test
    void anInterruptedWriteSaysHowMuchIsWritten() throws Exception {
        final byte[] sent = new byte[3 * MEBIBYTE];
        new Random(2).nextBytes(sent);
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final OutputStream out = pair.client.getOutputStream();
            final CountDownLatch interrupted = new CountDownLatch(1);
            final Waiting<Integer> write = Waiting.enter(() -> {
                int written = 0;
                try {
                    out.write(sent);
                } catch (final InterruptedIOException caught) {
                    written = caught.bytesTransferred;
                }
                assertThat(Thread.interrupted()).isTrue();
                interrupted.countDown();
                out.write(sent, written, sent.length - written);
                return written;
            });
            write.interrupt();
            interrupted.await();
            assertThat(pair.server.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            assertThat(write.get()).isPositive().isLessThan(sent.length);
        }
    }

    @Test
    void aMissingPipeIsAConnectException() {
        final String name = PipePair.newName();
        assertThatThrownBy(() -> new PipeSocket(name)).isExactlyInstanceOf(ConnectException.class)
                .hasMessageContaining(name).hasMessageContaining("no server")
                .hasCauseInstanceOf(Win32Exception.class);
    }

    @Test
    void aBusyPipeIsATimeout() throws Exception {
        try (PipeServerSocket server = single(); Socket first = connected(server);
                PipeSocket second = new PipeSocket()) {
            assertThat(first.isConnected()).isTrue();
            assertThatThrownBy(() -> second.connect(server.getLocalSocketAddress(), 30))
                    .isExactlyInstanceOf(SocketTimeoutException.class).hasMessageContaining("busy");
            assertThat(second.isConnected()).isFalse();
        }
    }

    @Test
    void waitsUntilABusyPipeIsFree() throws Exception {
        try (PipeServerSocket server = single(); PipeSocket second = new PipeSocket()) {
            final Socket first = connected(server);
            final Waiting<Void> connect = Waiting.enter(() -> {
                second.connect(server.getLocalSocketAddress(), 100_000);
                return null;
            });
            server.accept().pipe().disconnect();
            connect.get();
            assertThat(first.getInputStream().read()).as("it is disconnected").isEqualTo(-1);
            first.close();
            server.accept().getOutputStream().write(3);
            assertThat(second.getInputStream().read()).isEqualTo(3);
        }
    }

    @Test
    void closeEndsAConnect() throws Exception {
        try (PipeServerSocket server = single(); Socket first = connected(server)) {
            assertThat(first.isConnected()).isTrue();
            final PipeSocket second = new PipeSocket();
            final Waiting<Void> connect = Waiting.enter(() -> {
                second.connect(server.getLocalSocketAddress());
                return null;
            });
            second.close();
            assertThat(connect.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
        }
    }

    @Test
    void anInterruptEndsAConnect() throws Exception {
        try (PipeServerSocket server = single(); Socket first = connected(server);
                PipeSocket second = new PipeSocket()) {
            assertThat(first.isConnected()).isTrue();
            final Waiting<Void> connect = Waiting.enter(() -> {
                second.connect(server.getLocalSocketAddress());
                return null;
            });
            connect.interrupt();
            assertThat(connect.thrown()).isExactlyInstanceOf(InterruptedIOException.class);
            assertThat(second.isClosed()).isFalse();
        }
    }

    @Test
    void messagesHaveAHalfClose() throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket listening = new PipeServerSocket(
                NamedPipeServer.builder(Streams.port(), name).mode(PipeMode.MESSAGE), 1);
                SocketPairOnPipe pair = SocketPairOnPipe.connect(listening)) {
            final CompletableFuture<byte[]> request = run(() -> pair.server.getInputStream().readAllBytes());
            pair.client.getOutputStream().write(new byte[100_000]);
            pair.client.shutdownOutput();
            assertThat(request.get()).hasSize(100_000);
            assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
            assertThat(pair.client.isOutputShutdown()).isTrue();
            assertThatThrownBy(pair.client::getOutputStream).hasMessage("Socket output is shutdown");
            assertThatThrownBy(pair.client::shutdownOutput).hasMessage("Socket output is already shutdown");
            pair.server.getOutputStream().write(new byte[] {1, 2});
            pair.server.shutdownOutput();
            assertThat(pair.client.getInputStream().readAllBytes()).containsExactly(1, 2);
        }
    }

    @Test
    void bytesHaveNoHalfClose() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            assertThatThrownBy(pair.client::shutdownOutput).isInstanceOf(SocketException.class)
                    .hasMessageContaining("message mode");
            assertThat(pair.client.isOutputShutdown()).isFalse();
            pair.client.getOutputStream().write(1);
            assertThat(pair.server.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void shutdownInputEndsARead() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final Waiting<Integer> read = Waiting.enter(in::read);
            pair.client.shutdownInput();
            assertThat(read.get()).isEqualTo(-1);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(pair.client.isInputShutdown()).isTrue();
            assertThatThrownBy(pair.client::getInputStream).hasMessage("Socket input is shutdown");
            pair.client.getOutputStream().write(1);
            assertThat(pair.server.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void streamsKeptAfterTheCloseSaySocketClosed() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final InputStream in = pair.client.getInputStream();
            final OutputStream out = pair.client.getOutputStream();
            pair.client.close();
            assertThatThrownBy(in::read).hasMessage("Socket closed");
            assertThatThrownBy(in::available).hasMessage("Socket closed");
            assertThatThrownBy(() -> out.write(1)).hasMessage("Socket closed");
            out.flush();
            in.close();
            out.close();
            assertThatThrownBy(pair.client::getInputStream).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::getOutputStream).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::shutdownInput).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::shutdownOutput).hasMessage("Socket closed");
            assertThatThrownBy(pair.client::pipe).hasMessage("Socket closed");
            assertThat(pair.client.isConnected()).as("as with TCP").isTrue();
        }
    }

    @Test
    void aPipeThatRefusesTheClientIsAnIoException() throws Exception {
        // A client asks for both directions.
        try (PipeServerSocket server = new PipeServerSocket(NamedPipeServer.builder(
                Streams.port(), PipePair.newName()).direction(PipeDirection.INBOUND), 1);
                PipeSocket socket = new PipeSocket()) {
            assertThatThrownBy(() -> socket.connect(server.getLocalSocketAddress(), 60_000))
                    .isInstanceOf(Win32Exception.class)
                    .satisfies(thrown -> assertThat(Win32Exception.codeOf(thrown)).isEqualTo(Win32Error.ACCESS_DENIED));
            assertThat(socket.isConnected()).isFalse();
            assertThat(socket.isClosed()).as("another attempt is possible").isFalse();
        }
    }

    @Test
    void connectsAfterAnAttemptHasFailed() throws Exception {
        final String name = PipePair.newName();
        try (PipeSocket socket = new PipeSocket()) {
            assertThatThrownBy(() -> socket.connect(NamedPipeAddress.of(name))).isInstanceOf(ConnectException.class);
            try (PipeServerSocket server = new PipeServerSocket(name)) {
                socket.connect(NamedPipeAddress.of(name));
                server.accept().close();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void acceptsAllOptionsBeforeItIsConnected() throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket server = new PipeServerSocket(name);
                Socket socket = PipeSocketFactory.of(name).createSocket()) {
            socket.setSoTimeout(1234);
            socket.setReuseAddress(true);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setOOBInline(true);
            socket.setSendBufferSize(1000);
            socket.setReceiveBufferSize(2000);
            socket.setSoLinger(true, 3);
            socket.setTrafficClass(4);
            socket.setPerformancePreferences(1, 2, 3);
            socket.bind(null);
            socket.bind(new InetSocketAddress(0));
            assertThat(socket.isConnected() || socket.isClosed()).isFalse();
            assertThat(socket.isInputShutdown() || socket.isOutputShutdown()).isFalse();
            assertThat(socket.getRemoteSocketAddress()).isNull();
            assertThat(socket.getInetAddress()).isNull();
            assertThat(socket.getLocalPort()).isEqualTo(-1);
            assertThatThrownBy(socket::getInputStream).hasMessage("Socket is not connected");

            socket.connect(InetSocketAddress.createUnresolved("any.example", 80), 10_000);

            assertThat(socket.getSoTimeout()).isEqualTo(1234);
            assertThat(socket.getReuseAddress() && socket.getTcpNoDelay() && socket.getKeepAlive()
                    && socket.getOOBInline()).isTrue();
            assertThat(socket.getSendBufferSize()).isEqualTo(1000);
            assertThat(socket.getReceiveBufferSize()).isEqualTo(2000);
            assertThat(socket.getSoLinger()).isEqualTo(3);
            assertThat(socket.getTrafficClass()).isEqualTo(4);
            assertThat(socket.getRemoteSocketAddress()).isEqualTo(server.getLocalSocketAddress());
            assertThat(socket.getInetAddress().isLoopbackAddress()).isTrue();
            assertThat(socket.isConnected() && socket.isBound()).isTrue();
            assertThat(socket.getChannel()).isNull();
            assertThat(socket.toString()).contains(name);
            assertThat(socket.supportedOptions()).isEmpty();
            assertThatThrownBy(() -> socket.getOption(StandardSocketOptions.TCP_NODELAY))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> socket.sendUrgentData(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> socket.connect(server.getLocalSocketAddress())).hasMessage("already connected");
        }
    }

    @Test
    void refusesOptionsThatNoSocketHas() throws Exception {
        final Socket socket = new PipeSocket();
        assertThatThrownBy(() -> socket.setSoTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.setSendBufferSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.setTrafficClass(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.setSoLinger(true, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.connect(NamedPipeAddress.of("x"), -1))
                .isInstanceOf(IllegalArgumentException.class);
        socket.close();
        socket.close();
        assertThatThrownBy(() -> socket.setTcpNoDelay(true)).hasMessage("Socket closed");
        assertThatThrownBy(() -> socket.connect(NamedPipeAddress.of("x"))).hasMessage("Socket closed");
    }

    @Test
    void connectsToPipesOnly() throws Exception {
        try (Socket socket = new PipeSocket()) {
            assertThatThrownBy(() -> socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 80)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("PipeSocketFactory");
            assertThatThrownBy(() -> socket.connect(null)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aPipeOfTheProgramBecomesASocket() throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket server = new PipeServerSocket("npipe:////./pipe/" + name);
                PipeSocket socket = new PipeSocket(NamedPipeClient.builder(Streams.port(), name).connect());
                PipeSocket accepted = server.accept()) {
            accepted.getOutputStream().write(8);
            assertThat(socket.getInputStream().read()).isEqualTo(8);
            assertThat(socket.pipe().peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
            assertThatThrownBy(() -> new PipeSocket(socket.pipe())).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("attachment");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "\\\\.\\pipe\\%s", "//./pipe/%s", "npipe:////./pipe/%s"})
    void connectsByEachFormOfThePath(final String form) throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket server = new PipeServerSocket(name);
                PipeSocket socket = new PipeSocket(String.format(form, name)); Socket accepted = server.accept()) {
            accepted.getOutputStream().write(4);
            assertThat(socket.getInputStream().read()).isEqualTo(4);
            assertThat(socket.getRemoteSocketAddress()).isEqualTo(server.getLocalSocketAddress());
        }
        try (PipeServerSocket server = new PipeServerSocket(String.format(form, name));
                PipeSocket socket = new PipeSocket(name); Socket accepted = server.accept()) {
            socket.getOutputStream().write(5);
            assertThat(accepted.getInputStream().read()).isEqualTo(5);
        }
    }

    @Test
    void theFactoryConnects() throws Exception {
        final String name = PipePair.newName();
        final PipeSocketFactory factory = PipeSocketFactory.of("//./pipe/" + name);
        final InetAddress any = InetAddress.getLoopbackAddress();
        try (PipeServerSocket server = new PipeServerSocket(name);
                Socket one = factory.createSocket("host", 1); Socket two = factory.createSocket(any, 2);
                Socket three = factory.createSocket("host", 3, any, 4);
                Socket four = factory.createSocket(any, 5, any, 6)) {
            for (final Socket socket : new Socket[] {one, two, three, four}) {
                assertThat(socket.getRemoteSocketAddress()).isEqualTo(server.getLocalSocketAddress());
            }
        }
    }

    @Test
    void usesAPortOfTheProgram() throws Exception {
        final CompletableFuture<Long> others = new CompletableFuture<>();
        final CompletionPort port = CompletionPort.open(
                Streams.listener(completion -> others.complete(completion.token())));
        try (PipeServerSocket server = new PipeServerSocket(port)) {
            final NamedPipeAddress address = NamedPipeAddress.of(PipePair.newName());
            server.bind(address);
            try (Socket client = PipeSocketFactory.of(port, address).createSocket("ignored", 1);
                    PipeSocket accepted = server.accept()) {
                assertThat(accepted.pipe().port()).isSameAs(port);
                client.getOutputStream().write(6);
                assertThat(accepted.getInputStream().read()).isEqualTo(6);
                port.post(0, 0, 17);
                assertThat(others.get()).isEqualTo(17);
            }
            // The port does not close the peer of this one, which would be the end of the data.
            try (SocketPairOnPipe pair = SocketPairOnPipe.connect(server)) {
                final Waiting<Integer> read = Waiting.enter(() -> pair.server.getInputStream().read());
                port.close();
                assertThat(read.thrown()).hasMessage("Socket closed");
                assertThatThrownBy(() -> pair.server.getOutputStream().write(1)).hasMessage("Socket closed");
            }
        } finally {
            port.close();
        }
    }

    @Test
    void aPipeThatIsClosedRightAfterTheConnectIsAClosedSocket() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(PipePair.newName());
                CompletionPort closing = CompletionPort.open(completion -> {
                    completion.device().close();
                    ((PendingConnect) completion.device().attachment()).completed(completion);
                })) {
            assertThatThrownBy(() -> new PendingConnect(new PipeSocket())
                    .connect(closing, (NamedPipeAddress) server.getLocalSocketAddress(), 0))
                    .isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
        }
    }

    @Test
    void refusesAPortWithAnotherListener() throws Exception {
        try (CompletionPort port = CompletionPort.open(completion -> { })) {
            assertThatThrownBy(() -> new PipeSocket(port)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Streams.listener()");
            assertThatThrownBy(() -> PipeSocketFactory.of(port, NamedPipeAddress.of("x")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anotherFailureOfConnectIsThatOfWindows() {
        final PipeSocket socket = new PipeSocket();
        assertThatThrownBy(() -> socket.connect(NamedPipeAddress.of("a\"b"))).isInstanceOf(IOException.class)
                .satisfies(thrown -> assertThat(Win32Exception.codeOf(thrown)).isNotEqualTo(Win32Error.SUCCESS));
    }

    private static PipeServerSocket single() throws IOException {
        return new PipeServerSocket(
                NamedPipeServer.builder(Streams.port(), PipePair.newName()).listening(1).maxInstances(1), 1);
    }

    private static Socket connected(final PipeServerSocket server) throws IOException {
        final Socket socket = new PipeSocket();
        socket.connect(server.getLocalSocketAddress());
        return socket;
    }

    /** Writes 0, 1, 2... with pauses of a few timeouts, until the peer writes; returns how many. */
    private static int writeUntilRead(final PipeSocket socket) throws IOException {
        final InputStream in = socket.getInputStream();
        final Random random = new Random(5);
        int written = 0;
        while (in.available() == 0) {
            LockSupport.parkNanos(random.nextInt(30_000_000));
            for (int more = random.nextInt(3); more >= 0; more--) {
                socket.getOutputStream().write(written++);
            }
        }
        return written;
    }

    private static int readAgain(final InputStream in, final AtomicInteger timeouts) throws IOException {
        while (true) {
            try {
                return in.read();
            } catch (final SocketTimeoutException early) {
                timeouts.incrementAndGet();
            }
        }
    }

    private static <T> CompletableFuture<T> run(final Callable<T> call) {
        final CompletableFuture<T> result = new CompletableFuture<>();
        new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (final Throwable thrown) {
                result.completeExceptionally(thrown);
            }
        }, "other-end").start();
        return result;
    }
}
