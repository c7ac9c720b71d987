package io.github.iocp4j.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that accept only what they are asked to accept. */
@Timeout(120)
final class AcceptOnDemandTest extends CheckedPort {
    private SocketServer open() throws Exception {
        return SocketServer.builder(port, SocketPair.loopback()).listening(0).open();
    }

    @Test
    void acceptsOneClientForEachCall() throws Exception {
        try (SocketServer server = open()) {
            assertThat(port.snapshot().operationsInFlight()).isZero();
            final List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(new Socket("127.0.0.1", server.localPort()));
            }
            assertThat(recorder.isEmpty()).as("nothing is accepted unasked").isTrue();
            final Set<Object> peers = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                server.accept(10 + i);
                final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
                assertThat(accepted.token).isEqualTo(10 + i);
                peers.add(((StreamSocket) accepted.device).remoteAddress());
                assertThat(port.snapshot().operationsInFlight()).isZero();
                accepted.device.close();
            }
            assertThat(peers).hasSize(5);
            for (final Socket client : clients) {
                client.close();
            }
        }
    }

    @Test
    void severalAcceptsWaitAtOnce() throws Exception {
        try (SocketServer server = open()) {
            for (int i = 0; i < 20; i++) {
                server.accept(i);
            }
            assertThat(port.snapshot().operationsInFlight()).isEqualTo(20);
            for (int i = 0; i < 20; i++) {
                acceptAClientOf(server);
            }
        }
    }

    /** After a call of accept(). */
    private void acceptAClientOf(final SocketServer server) throws Exception {
        try (Socket client = new Socket("127.0.0.1", server.localPort())) {
            final StreamSocket accepted = (StreamSocket) recorder.nextSuccess(Opcode.ACCEPT).device;
            assertThat(accepted.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
            accepted.close();
        }
    }

    @Test
    void isCancelledTimesOutAndEndsWithTheServer() throws Exception {
        final SocketServer server = open();
        assertThat(server.cancel(server.accept(1))).isTrue();
        final Recorder.Completion cancelled = recorder.next();
        assertThat(cancelled.status).isEqualTo(Win32Error.OPERATION_ABORTED);
        assertThat(cancelled.opcode).isEqualTo(Opcode.ACCEPT);
        assertThat(cancelled.device).isSameAs(server);
        server.accept(Duration.ofMillis(20), 2);
        assertThat(recorder.next().status).isEqualTo(Win32Error.TIMEOUT);
        server.accept(3);
        server.accept(4);
        server.cancelAll();
        assertThat(recorder.nextByToken(2).values()).extracting(completion -> completion.status)
                .containsOnly(Win32Error.OPERATION_ABORTED);
        server.accept(5);
        acceptAClientOf(server);
        server.accept(6);
        server.accept(7);
        assertThat(server.close(LONG)).isTrue();
        assertThat(recorder.nextByToken(2).values()).extracting(completion -> completion.status)
                .containsOnly(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> server.accept(8)).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void detachedConnectionsAreAcceptedOnDemandToo() throws Exception {
        try (SocketServer server =
                SocketServer.builder(port, SocketPair.loopback()).listening(0).detached().open();
                Socket client = new Socket("127.0.0.1", server.localPort())) {
            server.accept(1);
            final StreamSocket connection =
                    (StreamSocket) recorder.nextSuccess(Opcode.ACCEPT).detached.associate(port);
            assertThat(connection.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
        }
    }

    @Test
    void misuseIsRefusedWithTheReason() throws Exception {
        try (SocketServer armed = SocketServer.builder(port, SocketPair.loopback()).open()) {
            assertThatThrownBy(() -> armed.accept(1)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("listening(0)");
        }
        assertThatThrownBy(() -> SocketServer.builder(port, SocketPair.loopback()).listening(-1))
                .isInstanceOf(IllegalArgumentException.class);
        final Recorder few = new Recorder();
        try (CompletionPort small = CompletionPort.builder(few).workers(1).operations(1).open();
                SocketServer server = SocketServer.builder(small, SocketPair.loopback()).listening(0).open()) {
            assertThatThrownBy(() -> server.accept(Duration.ZERO, 1)).isInstanceOf(IllegalArgumentException.class);
            server.accept(1);
            assertThatThrownBy(() -> server.accept(2)).isInstanceOf(OperationLimitException.class);
        }
    }
}
