package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server socket on a pipe behaves as java.net says of server sockets. */
@Timeout(120)
final class PipeServerSocketTest {
    @Test
    void closeEndsAnAccept() throws Exception {
        final PipeServerSocket server = new PipeServerSocket(PipePair.newName());
        final Waiting<PipeSocket> accept = Waiting.enter(server::accept);
        server.close();
        server.close();
        assertThat(accept.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
        assertThatThrownBy(server::accept).hasMessage("Socket closed");
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void aTimeoutLeavesItUsable() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(PipePair.newName()); PipeSocket client = new PipeSocket()) {
            server.setSoTimeout(1);
            assertThatThrownBy(server::accept).isExactlyInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
            server.setSoTimeout(0);
            client.connect(server.getLocalSocketAddress());
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write(1);
                assertThat(client.getInputStream().read()).isEqualTo(1);
            }
        }
    }

    @Test
    void anInterruptLeavesItUsable() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(PipePair.newName()); PipeSocket client = new PipeSocket()) {
            final Waiting<Boolean> accept = Waiting.enter(() -> {
                assertThatThrownBy(server::accept).isExactlyInstanceOf(InterruptedIOException.class);
                return Thread.interrupted();
            });
            accept.interrupt();
            assertThat(accept.get()).as("still interrupted").isTrue();
            client.connect(server.getLocalSocketAddress());
            server.accept().close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void closeEndsWaitingClientsButNotAcceptedOnes() throws Exception {
        final PipeServerSocket server = new PipeServerSocket(PipePair.newName());
        try (SocketPairOnPipe accepted = SocketPairOnPipe.connect(server); PipeSocket waiting = new PipeSocket()) {
            waiting.connect(server.getLocalSocketAddress());
            server.close();
            assertThat(waiting.getInputStream().read()).isEqualTo(-1);
            accepted.server.getOutputStream().write(2);
            assertThat(accepted.client.getInputStream().read()).isEqualTo(2);
        }
    }

    @Test
    void clientsBeyondTheBacklogAreDisconnected() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(1, PipePair.newName());
                PipeSocket first = new PipeSocket(); PipeSocket second = new PipeSocket()) {
            first.connect(server.getLocalSocketAddress());
            second.connect(server.getLocalSocketAddress());
            // Their connections may arrive in any order, and only one waits.
            final PipeSocket waiting = firstDisconnected(first, second) == first ? second : first;
            try (Socket accepted = server.accept()) {
                accepted.getOutputStream().write(1);
                assertThat(waiting.getInputStream().read()).isEqualTo(1);
            }
        }
    }

    @Test
    void completionsThatComeAfterTheCloseAreNotForOthers() throws Exception {
        final CountDownLatch release = new CountDownLatch(1);
        final BlockingQueue<Opcode> others = new LinkedBlockingQueue<>();
        final CompletionPort port = CompletionPort.builder(Streams.listener(completion -> {
            others.add(completion.opcode());
            Uninterruptibly.await(release);
        })).workers(1).open();
        try (PipeSocket client = new PipeSocket()) {
            final PipeServerSocket server = new PipeServerSocket(port);
            server.bind(NamedPipeAddress.of(PipePair.newName()));
            // The worker is busy when the client comes, and when the server is closed.
            port.post(0, 0, 1);
            assertThat(others.take()).isEqualTo(Opcode.POST);
            client.connect(server.getLocalSocketAddress());
            server.close();
            port.post(0, 0, 2);
            release.countDown();
            assertThat(others.take()).isEqualTo(Opcode.POST);
            assertThat(client.getInputStream().read()).as("it is closed").isEqualTo(-1);
        } finally {
            release.countDown();
            port.close();
        }
    }

    @Test
    void aNameInUseIsABindException() throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket server = new PipeServerSocket(name)) {
            assertThatThrownBy(() -> new PipeServerSocket(name)).isInstanceOf(BindException.class)
                    .hasMessageContaining(name);
            assertThatThrownBy(() -> server.bind(NamedPipeAddress.of(name))).hasMessage("Already bound");
        }
        try (PipeServerSocket again = new PipeServerSocket(name)) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void isBoundToAPipeOfThisMachine() throws Exception {
        try (ServerSocket server = new PipeServerSocket()) {
            assertThat(server.getLocalSocketAddress()).isNull();
            assertThat(server.getLocalPort()).isEqualTo(-1);
            assertThat(server.getInetAddress()).isNull();
            assertThat(server.toString()).contains("unbound");
            assertThatThrownBy(server::accept).hasMessage("Socket is not bound yet");
            assertThatThrownBy(() -> server.bind(new InetSocketAddress(0)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> server.bind(NamedPipeAddress.ofLocalOrRemote("\\\\other\\pipe\\x")))
                    .isInstanceOf(IllegalArgumentException.class);
            server.bind(NamedPipeAddress.of(PipePair.newName()));
            assertThat(server.isBound()).isTrue();
            assertThat(server.getLocalPort()).isZero();
            assertThat(server.getChannel()).isNull();
        }
    }

    @Test
    void keepsTheOptionsThatItIsGiven() throws Exception {
        final ServerSocket server = new PipeServerSocket();
        server.setReuseAddress(true);
        server.setReceiveBufferSize(1000);
        server.setSoTimeout(5);
        server.setPerformancePreferences(1, 2, 3);
        assertThat(server.getReuseAddress()).isTrue();
        assertThat(server.getReceiveBufferSize()).isEqualTo(1000);
        assertThat(server.getSoTimeout()).isEqualTo(5);
        assertThat(server.supportedOptions()).isEmpty();
        assertThatThrownBy(() -> server.setOption(StandardSocketOptions.SO_RCVBUF, 1))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> server.setSoTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
        server.close();
        assertThatThrownBy(() -> server.setReuseAddress(true)).hasMessage("Socket closed");
        assertThatThrownBy(() -> server.bind(NamedPipeAddress.of("x"))).hasMessage("Socket closed");
        assertThatThrownBy(() -> server.bind(null)).hasMessage("Socket closed");
    }

    @Test
    void refusesAPortWithAnotherListener() throws Exception {
        final String name = PipePair.newName();
        try (CompletionPort port = CompletionPort.open(completion -> { })) {
            assertThatThrownBy(() -> new PipeServerSocket(NamedPipeServer.builder(port, name), 1))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("Streams.listener()");
        }
        try (PipeServerSocket server = new PipeServerSocket(name)) {
            assertThat(server.isBound()).as("the name is free").isTrue();
        }
    }

    @Test
    void takesConnectionsThatBelongToNoPortYet() throws Exception {
        final String name = PipePair.newName();
        final NamedPipeServer.Builder detached = NamedPipeServer.builder(Streams.port(), name).detached();
        try (PipeServerSocket server = new PipeServerSocket(detached, 2);
                PipeSocket client = new PipeSocket(name);
                PipeSocket accepted = server.accept()) {
            client.getOutputStream().write(42);
            assertThat(accepted.getInputStream().read()).isEqualTo(42);
        }
    }

    @Test
    void theCloseOfItsPortEndsAnAccept() throws Exception {
        final CompletionPort port = CompletionPort.open(Streams.listener());
        try (PipeServerSocket server = new PipeServerSocket(port);
                PipeServerSocket other = new PipeServerSocket(port);
                PipeServerSocket late = new PipeServerSocket(port);
                PipeSocket unaccepted = new PipeSocket()) {
            server.bind(NamedPipeAddress.of(PipePair.newName()));
            other.bind(NamedPipeAddress.of(PipePair.newName()));
            unaccepted.connect(other.getLocalSocketAddress());
            final Waiting<PipeSocket> accept = Waiting.enter(server::accept);
            port.close();
            assertThat(accept.thrown()).isExactlyInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThat(server.isClosed() && other.isClosed()).isTrue();
            assertThatThrownBy(other::accept).hasMessage("Socket closed");
            assertThat(unaccepted.getInputStream().read()).isEqualTo(-1);
            assertThatThrownBy(() -> late.bind(NamedPipeAddress.of(PipePair.newName())))
                    .isExactlyInstanceOf(BindException.class);
        }
    }

    private static PipeSocket firstDisconnected(final PipeSocket... sockets) throws IOException {
        while (true) {
            for (final PipeSocket socket : sockets) {
                socket.setSoTimeout(1);
                try {
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    return socket;
                } catch (final SocketTimeoutException open) {
                    socket.setSoTimeout(0);
                }
            }
        }
    }
}
