package io.github.iocp4j.pipe;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Recorder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipe servers that accept on demand, and connections that belong to no port. */
@Timeout(120)
final class PipeAcceptTest extends CheckedPort {
    private static final String NAME = "iocp4j-accept-" + ProcessHandle.current().pid();

    private NamedPipe connect(final CompletionPort to) throws Exception {
        return NamedPipeClient.builder(to, NAME).timeout(LONG).connect();
    }

    private static void talk(final NamedPipe client, final NamedPipe server, final Recorder both) throws Exception {
        final ByteBuffer answer = ByteBuffer.allocateDirect(8);
        server.read(answer, 71);
        client.write(buffer("hello"), 72);
        assertThat(both.nextByToken(2).get(71L).bytes).isEqualTo(5);
        assertThat(text(answer, 5)).isEqualTo("hello");
    }

    @ParameterizedTest
    @EnumSource(value = Mechanism.class, names = {"COMPLETION_PORT", "EVENT"})
    void acceptsOneClientForEachCall(final Mechanism mechanism) throws Exception {
        final Recorder own = new Recorder();
        try (CompletionPort served = CompletionPort.builder(own).workers(2).mechanism(mechanism).open();
                NamedPipeServer server = NamedPipeServer.builder(served, NAME).listening(0).open()) {
            assertThat(served.snapshot().operationsInFlight()).isZero();
            for (int i = 0; i < 5; i++) {
                server.accept(10 + i);
                final NamedPipe client = connect(served);
                final Recorder.Completion accepted = own.nextSuccess(Opcode.ACCEPT);
                assertThat(accepted.token).isEqualTo(10 + i);
                final NamedPipe connection = (NamedPipe) accepted.device;
                assertThat(connection.peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
                assertThat(served.snapshot().operationsInFlight()).isZero();
                talk(client, connection, own);
                assertThat(client.close(LONG)).isTrue();
                assertThat(connection.close(LONG)).isTrue();
            }
        }
    }

    @Test
    void clientsFindThePipeBusyUntilTheyAreAccepted() throws Exception {
        try (NamedPipeServer server = NamedPipeServer.builder(port, NAME).listening(0).open()) {
            server.accept(1);
            connect(port);
            recorder.nextSuccess(Opcode.ACCEPT);
            assertThatThrownBy(() -> NamedPipeClient.builder(port, NAME).timeout(Duration.ZERO).connect())
                    .isInstanceOfSatisfying(Win32Exception.class,
                            busy -> assertThat(busy.code()).isEqualTo(Win32Error.PIPE_BUSY));
            final NamedPipe waiting = NamedPipeClient.builder(port, NAME).timeout(LONG).connect(5);
            server.accept(2);
            assertThat(recorder.nextByToken(2).keySet()).containsExactlyInAnyOrder(2L, 5L);
            waiting.close();
        }
    }

    @Test
    void isCancelledTimesOutAndEndsWithTheServer() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, NAME).listening(0).open();
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
        connect(port);
        recorder.nextSuccess(Opcode.ACCEPT).device.close();
        server.accept(6);
        server.accept(7);
        assertThat(server.close(LONG)).isTrue();
        assertThat(recorder.nextByToken(2).values()).extracting(completion -> completion.status)
                .containsOnly(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> server.accept(8)).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void staysWithinTheNumberOfInstances() throws Exception {
        try (NamedPipeServer server = NamedPipeServer.builder(port, NAME).listening(0).maxInstances(2).open()) {
            final List<NamedPipe> connections = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                server.accept(i);
                connect(port);
                connections.add((NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device);
            }
            server.accept(2);
            final Recorder.Completion full = recorder.next();
            assertThat(full.status).isEqualTo(Win32Error.PIPE_BUSY);
            assertThat(full.device).isSameAs(server);
            assertThat(connections.get(0).close(LONG)).isTrue();
            server.accept(3);
            connect(port);
            recorder.nextSuccess(Opcode.ACCEPT);
        }
    }

    @Test
    void detachedConnectionsGoToThePortOfTheProgramsChoice() throws Exception {
        final Recorder elsewhere = new Recorder();
        try (CompletionPort polled = CompletionPort.builder(elsewhere).polled().open();
                CompletionPoller poller = polled.openPoller();
                NamedPipeServer server = NamedPipeServer.builder(port, NAME).detached().token(9).open()) {
            for (int i = 0; i < 20; i++) {
                final NamedPipe client = connect(port);
                final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
                assertThat(accepted.token).isEqualTo(9);
                assertThat(accepted.device).isNull();
                final DetachedPipe detached = (DetachedPipe) accepted.detached;
                assertThat(detached.peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
                final NamedPipe connection = detached.associate(polled);
                assertThat(connection.port()).isSameAs(polled);
                assertThat(connection.name()).isEqualTo(server.name());
                assertThat(connection.peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
                client.write(buffer("ping"), 1);
                recorder.nextSuccess(Opcode.WRITE);
                final ByteBuffer received = ByteBuffer.allocateDirect(8);
                connection.read(received, 2);
                while (elsewhere.isEmpty()) {
                    poller.poll(1_000);
                }
                assertThat(text(received, elsewhere.nextSuccess(Opcode.READ).bytes)).isEqualTo("ping");
                connection.close(Duration.ZERO);
                client.close();
            }
            assertThatThrownBy(() -> server.accept(1)).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("listening(0)");
        }
    }

    @Test
    void detachedConnectionsCountAmongTheInstances() throws Exception {
        try (NamedPipeServer server =
                NamedPipeServer.builder(port, NAME).listening(1).maxInstances(1).detached().open()) {
            final NamedPipe first = connect(port);
            final DetachedDevice<?> detached = recorder.nextSuccess(Opcode.ACCEPT).detached;
            assertThatThrownBy(() -> NamedPipeClient.builder(port, NAME).timeout(Duration.ZERO).connect())
                    .isInstanceOf(Win32Exception.class);
            detached.close();
            final NamedPipe second = connect(port);
            final NamedPipe connection = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).detached.associate(port);
            talk(second, connection, recorder);
            first.close();
            assertThat(connection.close(LONG)).isTrue();
            connect(port);
            recorder.nextSuccess(Opcode.ACCEPT).detached.close();
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void aDetachedConnectionOutlivesItsServer() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, NAME).detached().open();
        final NamedPipe client = connect(port);
        final DetachedPipe detached = (DetachedPipe) recorder.nextSuccess(Opcode.ACCEPT).detached;
        assertThat(server.close(LONG)).isTrue();
        final CompletionPort closed = CompletionPort.builder(recorder).workers(1).open();
        closed.close();
        assertThatThrownBy(() -> detached.associate(closed)).isInstanceOf(PortClosedException.class);
        final NamedPipe connection = detached.associate(port);
        talk(client, connection, recorder);
        assertThatThrownBy(() -> detached.associate(port)).isInstanceOf(DeviceClosedException.class);
        assertThatThrownBy(() -> NamedPipeServer.builder(port, NAME).open()).as("the name is still in use")
                .isInstanceOf(Win32Exception.class);
        client.close();
        assertThat(connection.close(LONG)).isTrue();
        NamedPipeServer.builder(port, NAME).open().close();
    }

    @Test
    void detachedOnDemand() throws Exception {
        try (NamedPipeServer server = NamedPipeServer.builder(port, NAME).listening(0).detached().open()) {
            server.accept(1);
            final NamedPipe client = connect(port);
            final NamedPipe connection = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).detached.associate(port);
            talk(client, connection, recorder);
            server.accept(2);
            assertThat(server.close(LONG)).isTrue();
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        }
    }

    @Test
    void aConnectionThatTheListenerDoesNotTakeIsClosedAndCounted() throws Exception {
        try (CompletionPort careless = CompletionPort.builder(completion -> { }).workers(1).open();
                NamedPipeServer server = NamedPipeServer.builder(careless, NAME).detached().open()) {
            final NamedPipe client = connect(port);
            client.read(ByteBuffer.allocateDirect(1), 1);
            assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
            assertThat(server.close(LONG)).isTrue();
            assertThat(careless.snapshot().untakenConnections()).isEqualTo(1);
        }
    }
}
