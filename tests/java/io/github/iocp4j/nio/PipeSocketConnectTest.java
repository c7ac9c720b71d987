package io.github.iocp4j.nio;

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
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a socket over a pipe connects, and the failures of a connect. */
@Timeout(120)
final class PipeSocketConnectTest {
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
}
