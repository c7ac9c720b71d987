package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connects that are operations, and the wait of the connect that is none. */
@Timeout(120)
final class NamedPipeConnectTest extends RecordedPort {
    private static final long CONNECT = 7;

    private final String name = PipePair.newName();

    @Test
    void completesWithTheConnection() throws Exception {
        serveOne();
        final NamedPipe client = NamedPipeClient.builder(port, name).attach("mine").connect(CONNECT);

        final Recorder.Completion connected = connectIn(recorder.next(2));
        assertThat(connected.status).isEqualTo(Win32Error.SUCCESS);
        assertThat(connected.token).isEqualTo(CONNECT);
        assertThat(connected.device).isSameAs(client);
        assertThat(connected.detail).isEqualTo((int) ProcessHandle.current().pid()).isEqualTo(client.peerProcessId());
        assertThat(client.attachment()).isEqualTo("mine");
        client.write(PipePair.buffer("x"), 1);
        assertThat(recorder.nextSuccess(Opcode.WRITE).bytes).isEqualTo(1);
    }

    @Test
    void completesWhenAnInstanceIsFree() throws Exception {
        final Device busy = occupy();
        final NamedPipe client = NamedPipeClient.builder(port, name).connect(CONNECT);
        client.read(ByteBuffer.allocateDirect(1), 1);
        assertThat(recorder.next().status).as("of a read before").isEqualTo(Win32Error.PIPE_NOT_CONNECTED);
        assertThat(client.peerProcessId()).isZero();
        assertThatThrownBy(client::peek).isInstanceOfSatisfying(Win32Exception.class,
                e -> assertThat(e.code()).isEqualTo(Win32Error.PIPE_NOT_CONNECTED));
        assertThatThrownBy(client::completeInline).isInstanceOf(Win32Exception.class);

        busy.close();

        assertThat(connectIn(recorder.next(2)).status).isEqualTo(Win32Error.SUCCESS);
    }

    @Test
    void completesWhenTheServerHasCome() throws Exception {
        NamedPipeClient.builder(port, name).waitForServer().timeout(LONG).connect(CONNECT);
        serveOne();

        assertThat(connectIn(recorder.next(2)).status).isEqualTo(Win32Error.SUCCESS);
    }

    @Test
    void saysWhyThereIsNoConnection() throws Exception {
        final Duration soon = Duration.ofMillis(20);
        assertThat(failure(NamedPipeClient.builder(port, name)).status).isEqualTo(Win32Error.FILE_NOT_FOUND);
        Recorder.Completion late = failure(NamedPipeClient.builder(port, name).waitForServer().timeout(soon));
        assertThat(late.status).isEqualTo(Win32Error.TIMEOUT);
        assertThat(late.detail).isEqualTo(Win32Error.FILE_NOT_FOUND);
        occupy();
        late = failure(NamedPipeClient.builder(port, name).timeout(soon));
        assertThat(late.status).isEqualTo(Win32Error.TIMEOUT);
        assertThat(late.detail).isEqualTo(Win32Error.PIPE_BUSY);
        assertThat(failure(NamedPipeClient.builder(port, name).timeout(Duration.ZERO)).status)
                .isEqualTo(Win32Error.PIPE_BUSY);
        final String oneWay = PipePair.newName();
        NamedPipeServer.builder(port, oneWay).direction(PipeDirection.INBOUND).open();
        assertThat(failure(NamedPipeClient.builder(port, oneWay)).status).isEqualTo(Win32Error.ACCESS_DENIED);
    }

    @Test
    void theExceptionNamesTheUsualCause() throws Exception {
        final CompletableFuture<Win32Exception> missing = new CompletableFuture<>();
        final CompletableFuture<Win32Exception> bytes = new CompletableFuture<>();
        serveOne();
        try (CompletionPort other = CompletionPort.open(
                completion -> (completion.token() == 1 ? missing : bytes).complete(completion.error()))) {
            NamedPipeClient.builder(other, PipePair.newName()).connect(1);
            assertThat(missing.get()).hasMessageContaining("(there is no server for that pipe)");
            NamedPipeClient.builder(other, name).mode(PipeMode.MESSAGE).connect(2);
            assertThat(bytes.get()).hasMessageContaining("(perhaps it is not a message-mode pipe)");
        }
    }

    @Test
    void endsByCancelCloseAndCloseOfThePort() throws Exception {
        occupy();
        final NamedPipe cancelled = NamedPipeClient.builder(port, name).connect(1);
        cancelled.cancelAll();
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        final NamedPipe second = NamedPipeClient.builder(port, name).connect(2);
        assertThat(second.cancelAll(Opcode.CONNECT)).isEqualTo(1);
        assertThat(recorder.next().status).isEqualTo(Win32Error.OPERATION_ABORTED);
        final NamedPipe closed = NamedPipeClient.builder(port, name).connect(3);
        closed.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThatThrownBy(() -> closed.read(ByteBuffer.allocateDirect(1), 0))
                .isInstanceOf(DeviceClosedException.class);

        final Recorder other = new Recorder();
        try (CompletionPort soonClosed = CompletionPort.open(other)) {
            NamedPipeClient.builder(soonClosed, name).timeout(LONG).connect(4);
        }
        assertThat(other.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
        assertThat(other.isEmpty()).isTrue();
    }

    @Test
    void isRefusedByAClosedPortAndAtTheCeiling() throws Exception {
        occupy();
        final CompletionPort small = CompletionPort.builder(completion -> { }).operations(1).open();
        NamedPipeClient.builder(small, name).timeout(LONG).connect(0);
        assertThatThrownBy(() -> NamedPipeClient.builder(small, name).connect(0))
                .isInstanceOf(OperationLimitException.class);
        assertThat(small.snapshot().devices()).as("the refused one is closed").hasSize(1);
        small.close();
        assertThatThrownBy(() -> NamedPipeClient.builder(small, name).connect(0))
                .isInstanceOf(PortClosedException.class);
    }

    @Test
    void thousandsWaitWithoutThreads() throws Exception {
        final int count = 1_000;
        occupy();
        NamedPipeClient.builder(port, name).timeout(LONG).connect(0);
        final int before = Thread.getAllStackTraces().size();
        final List<NamedPipe> clients = new ArrayList<>();
        for (int i = 1; i < count; i++) {
            clients.add(NamedPipeClient.builder(port, name).timeout(LONG).connect(i));
        }
        assertThat(Thread.getAllStackTraces()).hasSizeLessThan(before + 10);
        assertThat(recorder.isEmpty()).isTrue();
        for (final NamedPipe client : clients) {
            client.cancelAll();
        }
        assertThat(recorder.nextByToken(count - 1).values())
                .allSatisfy(completion -> assertThat(completion.status).isEqualTo(Win32Error.OPERATION_ABORTED));
    }

    @Test
    void blockingConnectNeedsNoThreadOfThePort() throws Exception {
        final Device busy = occupy();
        try (CompletionPort polled = CompletionPort.builder(completion -> { }).polled().open()) {
            final CompletableFuture<NamedPipe> connecting = async(
                    () -> NamedPipeClient.builder(polled, name).timeout(LONG).connect());
            awaitWaiting(polled);
            busy.close();
            assertThat(connecting.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS).isOpen()).isTrue();
            try (CompletionPoller poller = polled.openPoller()) {
                assertThat(poller.poll(0)).as("it is no operation").isZero();
            }
        }
    }

    @Test
    void blockingConnectWaitsForAServer() throws Exception {
        final CompletableFuture<NamedPipe> connecting = async(
                () -> NamedPipeClient.builder(port, name).waitForServer().timeout(LONG).connect());
        awaitWaiting(port);
        serveOne();

        assertThat(connecting.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS).peerProcessId())
                .isEqualTo((int) ProcessHandle.current().pid());
    }

    @Test
    void closeOfThePortEndsABlockingConnect() throws Exception {
        occupy();
        final CompletionPort other = CompletionPort.open(completion -> { });
        final CompletableFuture<NamedPipe> connecting = async(
                () -> NamedPipeClient.builder(other, name).timeout(Duration.ofDays(1)).connect());
        awaitWaiting(other);
        other.close();

        assertThatThrownBy(() -> connecting.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PortClosedException.class);
    }

    private void serveOne() throws Win32Exception {
        NamedPipeServer.builder(port, name).listening(1).maxInstances(1).open();
    }

    /** Opens a server whose only instance is in use; returns the connection. */
    private Device occupy() throws Exception {
        serveOne();
        NamedPipeClient.builder(port, name).connect();
        return recorder.nextSuccess(Opcode.ACCEPT).device;
    }

    private Recorder.Completion failure(final NamedPipeClient.Builder builder) throws InterruptedException {
        final NamedPipe client = builder.connect(CONNECT);
        final Recorder.Completion completion = recorder.next();
        client.close();
        assertThat(completion.opcode).isEqualTo(Opcode.CONNECT);
        assertThat(completion.device).isSameAs(client);
        return completion;
    }

    /** The CONNECT of two completions, of which the other one is an ACCEPT. */
    private static Recorder.Completion connectIn(final List<Recorder.Completion> both) {
        assertThat(both).extracting(completion -> completion.opcode)
                .containsExactlyInAnyOrder(Opcode.CONNECT, Opcode.ACCEPT);
        return both.get(both.get(0).opcode == Opcode.CONNECT ? 0 : 1);
    }

    /** Waits until a client of the port exists. */
    private static void awaitWaiting(final CompletionPort port) {
        while (port.snapshot().devices().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private interface Connecting {
        NamedPipe connect() throws Exception;
    }

    private static CompletableFuture<NamedPipe> async(final Connecting connecting) {
        final CompletableFuture<NamedPipe> future = new CompletableFuture<>();
        new Thread(() -> {
            try {
                future.complete(connecting.connect());
            } catch (final Exception failed) {
                future.completeExceptionally(failed);
            }
        }).start();
        return future;
    }
}
