package io.github.iocp4j.pipe;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accepting one client and many, and the errors of a server. */
@Timeout(120)
final class NamedPipeServerTest extends RecordedPort {
    private final String name = PipePair.newName();

    @Test
    void handsOverEachConnectionWithItsToken() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, name).token(-42).open();

        final NamedPipe client = connect();
        final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);

        assertThat(accepted.token).isEqualTo(-42);
        assertThat(accepted.bytes).isZero();
        assertThat(accepted.key).isEqualTo(accepted.device.key()).isNotEqualTo(server.key());
        assertThat(accepted.device).isInstanceOf(NamedPipe.class);
        assertThat(accepted.device.name()).isEqualTo(server.name()).isEqualTo("\\\\.\\pipe\\" + name);
        assertThat(accepted.device.port()).isSameAs(port);
        assertThat(((NamedPipe) accepted.device).peerProcessId()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(client.close(LONG)).isTrue();
    }

    @Test
    void closesTheConnectionsThatAThrowingListenerHasNotTaken() throws Exception {
        final CountDownLatch handled = new CountDownLatch(1);
        try (CompletionPort careless = CompletionPort.batchBuilder(batch -> {
            if (batch.opcode(0) == Opcode.ACCEPT) {
                throw new IllegalStateException("before looking at what has come");
            }
        }).exceptionHandler((completion, thrown) -> handled.countDown()).open()) {
            NamedPipeServer.builder(careless, name).open();

            final NamedPipe client = connect();

            assertThat(handled.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
            client.read(ByteBuffer.allocateDirect(1), 1);
            assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
        }
    }

    /** A batch may have been read in any order, so that only what the listener has done with a connection counts. */
    @Test
    void closesTheConnectionsThatAThrowingBatchListenerHasOnlyLookedAt() throws Exception {
        final List<Device> accepted = new ArrayList<>();
        final CountDownLatch over = new CountDownLatch(1);
        try (CompletionPort careless = CompletionPort.batchBuilder(batch -> {
            if (batch.opcode(0) == Opcode.POST) {
                over.countDown();
            } else if (batch.opcode(0) == Opcode.ACCEPT) {
                final NamedPipe pipe = (NamedPipe) batch.device(0);
                accepted.add(pipe);
                if (accepted.size() == 2) {
                    pipe.attach("taken");
                } else if (accepted.size() == 3) {
                    pipe.read(ByteBuffer.allocateDirect(1), 0);
                }
                throw new IllegalStateException("behind what is done with the connection");
            }
        }).workers(1).batch(1).exceptionHandler((completion, thrown) -> { }).open()) {
            NamedPipeServer.builder(careless, name).open();
            final List<NamedPipe> clients = List.of(connect(), connect(), connect());
            clients.get(0).read(ByteBuffer.allocateDirect(1), 1);
            assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
            careless.post(0, 0, 0);

            assertThat(over.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(accepted.stream().map(Device::isOpen).collect(toList())).containsExactly(false, true, true);
        }
    }

    @Test
    void keepsAsManyInstancesWaitingAsWasAsked() throws Exception {
        NamedPipeServer.builder(port, name).listening(6).open();
        assertThat(waiting()).isEqualTo(6);

        for (int i = 0; i < 10; i++) {
            connect();
            recorder.nextSuccess(Opcode.ACCEPT);
            assertThat(waiting()).as("before the listener learns of a client, another is made").isEqualTo(6);
        }
    }

    @Test
    void losesNoClientOfABurst() throws Exception {
        NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).direction(PipeDirection.INBOUND).listening(4).open();
        final int clients = 64;
        final CountDownLatch start = new CountDownLatch(1);
        final ExecutorService pool = Executors.newFixedThreadPool(clients);
        try (CompletionPort clientPort = CompletionPort.open(batch -> { })) {
            final List<Future<?>> results = IntStream.range(0, clients).mapToObj(i -> pool.submit(() -> {
                start.await();
                final NamedPipe pipe = NamedPipeClient.builder(clientPort, name).direction(PipeDirection.OUTBOUND)
                        .timeout(LONG).connect();
                pipe.write(PipePair.buffer("client " + i), 0);
                return null;
            })).collect(toList());
            start.countDown();
            for (final Future<?> result : results) {
                result.get();
            }
            final List<ByteBuffer> buffers = new ArrayList<>();
            // All accepts come first, because a read may complete before another client is accepted.
            final List<NamedPipe> pipes = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                pipes.add((NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device);
            }
            for (int i = 0; i < clients; i++) {
                buffers.add(ByteBuffer.allocateDirect(20));
                pipes.get(i).read(buffers.get(i), i);
            }
            final Set<String> heard = new HashSet<>();
            for (int i = 0; i < clients; i++) {
                final Recorder.Completion read = recorder.nextSuccess(Opcode.READ);
                heard.add(PipePair.text(buffers.get((int) read.token), read.bytes));
            }
            assertThat(heard).containsExactlyInAnyOrderElementsOf(
                    IntStream.range(0, clients).mapToObj(i -> "client " + i).collect(toList()));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void hearsTheLastWordsOfAClientThatHasGoneAgain() throws Exception {
        NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).open();
        for (int i = 0; i < 20; i++) {
            final NamedPipe client = connect();
            client.write(PipePair.buffer("word"), 1);
            client.close();
            NamedPipe pipe = null;
            // The write may be seen before the connection.
            for (final Recorder.Completion completion : recorder.next(2)) {
                assertThat(completion.status).isZero();
                if (completion.opcode == Opcode.ACCEPT) {
                    pipe = (NamedPipe) completion.device;
                }
            }
            final ByteBuffer buffer = ByteBuffer.allocateDirect(10);
            pipe.read(buffer, 2);
            assertThat(PipePair.text(buffer, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("word");
            pipe.read(buffer, 3);
            assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
            pipe.close();
        }
    }

    @Test
    void survivesClientsThatSayNothing() throws Exception {
        NamedPipeServer.builder(port, name).listening(2).open();
        for (int i = 0; i < 50; i++) {
            assertThat(connect().close(LONG)).isTrue();
            assertThat(recorder.nextSuccess(Opcode.ACCEPT).device.close(LONG)).isTrue();
        }
        assertThat(waiting()).isEqualTo(2);
        assertThat(port.snapshot().devices()).hasSize(3);
    }

    @Test
    void refusesANameThatIsServedAlready() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, name).open();

        try (CompletionPort other = CompletionPort.open(batch -> { })) {
            for (final CompletionPort any : new CompletionPort[] {port, other}) {
                assertThat(failureOf(NamedPipeServer.builder(any, name)).code()).isEqualTo(Win32Error.ACCESS_DENIED);
            }
        }

        connect();
        assertThat(recorder.nextSuccess(Opcode.ACCEPT).device).isNotNull();
        assertThat(server.close(LONG)).isTrue();
    }

    @Test
    void refusesANameWhoseConnectionsLive() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, name).open();
        final NamedPipe client = connect();
        final Device pipe = recorder.nextSuccess(Opcode.ACCEPT).device;
        assertThat(server.close(LONG)).isTrue();

        final Win32Exception failure = failureOf(NamedPipeServer.builder(port, name));
        assertThat(failure.code()).isEqualTo(Win32Error.ACCESS_DENIED);
        assertThat(failure).hasMessageContaining("connections of an earlier one may still be open");

        assertThat(client.close(LONG)).isTrue();
        assertThat(pipe.close(LONG)).isTrue();
        NamedPipeServer.builder(port, name).open();
    }

    @Test
    void leavesConnectionsAliveWhenItIsClosed() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, name).open();
        final NamedPipe client = connect();
        final NamedPipe pipe = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;

        assertThat(server.close(LONG)).isTrue();

        client.write(PipePair.buffer("x"), 0);
        recorder.nextSuccess(Opcode.WRITE);
        pipe.read(ByteBuffer.allocateDirect(1), 0);
        recorder.nextSuccess(Opcode.READ);
        assertThat(catchThrowableOfType(Win32Exception.class,
                () -> NamedPipeClient.builder(port, name).timeout(Duration.ZERO).connect()).code())
                .as("an instance exists, but it is taken").isEqualTo(Win32Error.PIPE_BUSY);
    }

    @Test
    void endsItsWaitingInstancesInSilence() throws Exception {
        final NamedPipeServer server = NamedPipeServer.builder(port, name).listening(20).open();

        assertThat(server.close(LONG)).isTrue();
        assertThat(server.close(LONG)).as("again").isTrue();

        assertThat(port.snapshot().devices()).isEmpty();
        assertThat(port.snapshot().operationsInFlight()).isZero();
        assertThat(recorder.isEmpty()).isTrue();
        assertThat(catchThrowableOfType(Win32Exception.class, this::connect).code())
                .isEqualTo(Win32Error.FILE_NOT_FOUND);
        NamedPipeServer.builder(port, name).open();
    }

    @Test
    void canBeClosedFromTheListenerThatHearsOfAClient() throws Exception {
        final CountDownLatch closed = new CountDownLatch(1);
        final Recorder heard = new Recorder();
        final NamedPipeServer[] server = new NamedPipeServer[1];
        try (CompletionPort closing = CompletionPort.batchBuilder(batch -> {
            heard.onCompletions(batch);
            server[0].close();
            closed.countDown();
        }).open()) {
            server[0] = NamedPipeServer.builder(closing, name).listening(3).open();
            connect();

            assertThat(closed.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server[0].close(LONG)).isTrue();
            assertThat(heard.next().device.close(LONG)).isTrue();
            assertThat(closing.snapshot().devices()).isEmpty();
        }
    }

    @Test
    void canBeClosedWhileClientsCome() throws Exception {
        for (int round = 0; round < 10; round++) {
            final String pipe = PipePair.newName();
            final Recorder heard = new Recorder();
            try (CompletionPort serving = CompletionPort.open(heard)) {
                final NamedPipeServer server = NamedPipeServer.builder(serving, pipe).listening(3).open();
                final CountDownLatch started = new CountDownLatch(1);
                final Thread clients = new Thread(() -> {
                    try {
                        while (true) {
                            NamedPipeClient.builder(port, pipe).timeout(Duration.ZERO).connect();
                            started.countDown();
                        }
                    } catch (final Win32Exception expected) {
                        // The server has gone, or is slower than we are.
                    }
                });
                clients.start();
                started.await();
                assertThat(server.close(LONG)).isTrue();
                clients.join();
                assertThat(heard.nextSuccess(Opcode.ACCEPT).device).isInstanceOf(NamedPipe.class);
            }
        }
    }

    @Test
    void limitsTheNumberOfItsInstances() throws Exception {
        NamedPipeServer.builder(port, name).listening(1).maxInstances(2).open();
        connect();
        final Device first = recorder.nextSuccess(Opcode.ACCEPT).device;
        connect();
        recorder.nextSuccess(Opcode.ACCEPT);

        assertThat(catchThrowableOfType(Win32Exception.class,
                () -> NamedPipeClient.builder(port, name).timeout(Duration.ZERO).connect()).code())
                .isEqualTo(Win32Error.PIPE_BUSY);

        first.close();
        NamedPipeClient.builder(port, name).timeout(LONG).connect();
        Recorder.Completion next = recorder.next();
        while (next.opcode == Opcode.ACCEPT && next.status != Win32Error.SUCCESS) {
            next = recorder.next();
        }
        assertThat(next.device).isInstanceOf(NamedPipe.class);
    }

    @Test
    void mayKeepMoreInstancesWaitingThanTheLimitThatWindowsCanCount() throws Exception {
        NamedPipeServer.builder(port, name).listening(300).open();

        assertThat(waiting()).isEqualTo(300);
    }

    @Test
    void keepsNoMoreInstancesWaitingThanThereMayBe() throws Exception {
        NamedPipeServer.builder(port, name).maxInstances(1).open();

        assertThat(waiting()).isEqualTo(1);
    }

    @Test
    void refusesToKeepMoreInstancesWaitingThanThereMayBe() {
        assertThatThrownBy(() -> NamedPipeServer.builder(port, name).listening(3).maxInstances(2).open())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("listening is 3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "D:(A;;XX;;;WD)", "D:(A;;GRGW;;;NOBODY)", "D:(A;;GRGW;;;S-1-x)", "D:("})
    void refusesSecurityThatItDoesNotUnderstand(final String sddl) throws Exception {
        final Win32Exception failure = failureOf(NamedPipeServer.builder(port, name).securityDescriptor(sddl));

        // The codes of Windows and of Wine.
        assertThat(failure.code()).isIn(Win32Error.INVALID_PARAMETER, Win32Error.UNKNOWN_REVISION,
                Win32Error.NONE_MAPPED, Win32Error.INVALID_ACL, Win32Error.INVALID_SID,
                Win32Error.INVALID_SECURITY_DESCR, Win32Error.RPC_S_INVALID_STRING_UUID);
        assertThat(failure).hasMessageContaining("(with the security descriptor \"" + sddl + "\")");
        assertThat(port.snapshot().devices()).isEmpty();
        NamedPipeServer.builder(port, name).open();
    }

    @Test
    void takesSecurityThatItUnderstands() throws Exception {
        NamedPipeServer.builder(port, name).securityDescriptor("D:(A;;GRGW;;;WD)(A;;GA;;;SY)").open();

        connect();

        assertThat(recorder.nextSuccess(Opcode.ACCEPT).device).isNotNull();
    }

    @Test
    void needsRoomForAtLeastOneWaitingInstance() throws Exception {
        final Recorder heard = new Recorder();
        try (CompletionPort small = CompletionPort.builder(heard).operations(1).open()) {
            final NamedPipeServer first = NamedPipeServer.builder(small, name).listening(1).open();
            final String second = PipePair.newName();

            assertThatThrownBy(() -> NamedPipeServer.builder(small, second).listening(1).open())
                    .isInstanceOf(OperationLimitException.class);

            NamedPipeServer.builder(port, second).open();
            assertThat(small.snapshot().devices()).extracting(DeviceSnapshot::key).contains(first.key());
        }
    }

    @Test
    void hearsOfEveryClientThatGotInThoughOperationsAreScarce() throws Exception {
        final AtomicInteger heardOf = new AtomicInteger();
        final AtomicBoolean enough = new AtomicBoolean();
        final int clients = 25;
        try (CompletionPort small = CompletionPort.batchBuilder(batch -> {
            if (batch.opcode(0) == Opcode.ACCEPT && batch.status(0) == Win32Error.SUCCESS) {
                heardOf.incrementAndGet();
            }
        }).operations(1).batch(1).open()) {
            NamedPipeServer.builder(small, name).listening(1).open();
            final Runnable rival = () -> {
                while (!enough.get()) {
                    try {
                        small.post(0, 0, 0);
                    } catch (final OperationLimitException expected) {
                        Thread.yield();
                    } catch (final Win32Exception e) {
                        throw new AssertionError(e);
                    }
                }
            };
            final List<Thread> rivals = List.of(new Thread(rival), new Thread(rival), new Thread(rival));
            rivals.forEach(Thread::start);
            for (int i = 0; i < clients; i++) {
                connect();
            }
            enough.set(true);
            for (final Thread thread : rivals) {
                thread.join();
            }
            while (small.snapshot().operationsInFlight() == 0) {
                // The server does not wait again yet; the test's timeout ends the loop.
                Thread.sleep(10);
            }
        }
        assertThat(heardOf.get()).isEqualTo(clients);
    }

    @Test
    void canServeInEitherDirection() throws Exception {
        for (final PipeDirection direction : PipeDirection.values()) {
            final String pipe = PipePair.newName();
            NamedPipeServer.builder(port, pipe).direction(direction).open();
            final NamedPipe client = NamedPipeClient.builder(port, pipe).direction(opposite(direction)).connect();
            final NamedPipe server = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;

            server.write(PipePair.buffer("x"), 0);
            assertThat(recorder.next().status).as("write to " + direction)
                    .isEqualTo(direction == PipeDirection.INBOUND ? Win32Error.ACCESS_DENIED : Win32Error.SUCCESS);
            server.read(ByteBuffer.allocateDirect(1), 0);
            if (direction == PipeDirection.OUTBOUND) {
                assertThat(recorder.next().status).isEqualTo(Win32Error.ACCESS_DENIED);
            }
            client.close();
            if (direction != PipeDirection.OUTBOUND) {
                assertThat(recorder.next().status).isEqualTo(Win32Error.BROKEN_PIPE);
            }
        }
    }

    private NamedPipe connect() throws Win32Exception {
        return NamedPipeClient.builder(port, name).timeout(LONG).connect();
    }

    /**
     * The instances of the only server that wait for clients. The figure of the server itself also counts a client
     * until the listener has returned.
     */
    private int waiting() {
        return port.snapshot().operationsInFlight();
    }

    private static PipeDirection opposite(final PipeDirection direction) {
        switch (direction) {
            case INBOUND:
                return PipeDirection.OUTBOUND;
            case OUTBOUND:
                return PipeDirection.INBOUND;
            default:
                return PipeDirection.DUPLEX;
        }
    }

    private static Win32Exception failureOf(final NamedPipeServer.Builder builder) {
        final Win32Exception failure = catchThrowableOfType(Win32Exception.class, builder::open);
        assertThat(failure).hasMessageStartingWith("CreateNamedPipe \\\\.\\pipe\\");
        return failure;
    }
}
