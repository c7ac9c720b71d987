package io.github.iocp4j.nio;

import static io.github.iocp4j.fixtures.PipePair.buffer;
import static io.github.iocp4j.fixtures.PipePair.text;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reads, writes, connects and accepts as futures. */
@Timeout(300)
final class FuturesTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private final String name = PipePair.newName();
    private CompletionPort port;
    private NamedPipeServer server;
    private NamedPipe one;
    private NamedPipe other;

    @BeforeEach
    void connect() throws Exception {
        port = CompletionPort.builder(Streams.listener()).workers(2).open();
        server = NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).listening(0).open();
        final CompletableFuture<NamedPipe> accepted = Futures.accept(server);
        one = Futures.connect(client()).get();
        other = accepted.get();
    }

    @AfterEach
    void nothingIsInFlight() {
        one.close();
        other.close();
        server.close();
        assertThat(port.snapshot().operationsInFlight()).isZero();
        assertThat(port.snapshot().devices()).isEmpty();
        port.close();
    }

    private NamedPipeClient.Builder client() {
        return NamedPipeClient.builder(port, name).mode(PipeMode.MESSAGE);
    }

    private static Throwable failure(final CompletableFuture<?> future) throws Exception {
        try {
            future.get(1, MINUTES);
        } catch (final ExecutionException failed) {
            return failed.getCause();
        } catch (final CancellationException cancelled) {
            return cancelled;
        }
        throw new AssertionError("It has succeeded");
    }

    @Test
    void readWhatTheOtherEndWritesAndMoveThePositions() throws Exception {
        final ByteBuffer target = ByteBuffer.allocateDirect(10).position(2);
        final CompletableFuture<Integer> read = Futures.read(one, target);
        final ByteBuffer source = buffer("hello");
        assertThat(Futures.write(other, source).get()).isEqualTo(5);
        assertThat(read.get()).isEqualTo(5);
        assertThat(source.hasRemaining()).isFalse();
        assertThat(target.position()).isEqualTo(7);
        assertThat(text(target, 7)).endsWith("hello");
        other.close();
        assertThat(Futures.read(one, target).get()).isEqualTo(-1);
        assertThat(target.position()).isEqualTo(7);
        assertThat(failure(Futures.write(one, buffer("lost")))).isInstanceOf(Win32Exception.class);
    }

    @Test
    void aLongMessageFillsTheBuffer() throws Exception {
        Futures.write(other, buffer("message")).get();
        final ByteBuffer part = ByteBuffer.allocateDirect(4);
        assertThat(Futures.read(one, part).get()).isEqualTo(4);
        assertThat(Futures.read(one, part.clear()).get()).isEqualTo(3);
        assertThat(text(part, 3)).isEqualTo("age");
    }

    @Test
    void transact() throws Exception {
        final ByteBuffer request = ByteBuffer.allocateDirect(8);
        final CompletableFuture<Integer> served = Futures.read(other, request)
                .thenCompose(read -> Futures.write(other, buffer("pong")));
        final ByteBuffer answer = ByteBuffer.allocateDirect(8);
        assertThat(Futures.transact(one, buffer("ping"), answer).get()).isEqualTo(4);
        assertThat(text(answer, 4)).isEqualTo("pong");
        assertThat(served.get()).isEqualTo(4);
        assertThat(failure(Futures.transact(one, buffer("ping"), answer.clear(), SHORT)))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void aCancelEndsTheOperationBeforeTheFutureIsDone() throws Exception {
        final CompletableFuture<Integer> read = Futures.read(one, ByteBuffer.allocateDirect(8));
        assertThat(port.snapshot().operationsInFlight()).isEqualTo(1);
        assertThat(read.cancel(true)).isTrue();
        assertThat(failure(read)).isInstanceOf(CancellationException.class);
        assertThat(read.isCancelled()).isTrue();
        assertThat(read.cancel(true)).isTrue();
        assertThat(port.snapshot().operationsInFlight()).isZero();
        // The cancelled read has taken nothing from the next one.
        final CompletableFuture<Integer> next = Futures.read(one, ByteBuffer.allocateDirect(8));
        Futures.write(other, buffer("next")).get();
        assertThat(next.get()).isEqualTo(4);
        assertThat(next.cancel(true)).isFalse();
    }

    @Test
    void whateverCompletesAFutureEarlyCancelsItsOperation() throws Exception {
        final CompletableFuture<Integer> completed = Futures.read(one, ByteBuffer.allocateDirect(8));
        assertThat(completed.complete(7)).isTrue();
        assertThat(completed.complete(8)).isFalse();
        assertThat(completed.get()).isEqualTo(7);
        final CompletableFuture<Integer> failed = Futures.read(one, ByteBuffer.allocateDirect(8));
        assertThat(failed.completeExceptionally(new IllegalStateException("enough"))).isTrue();
        assertThat(failure(failed)).hasMessage("enough");
        assertThat(failure(Futures.read(one, ByteBuffer.allocateDirect(8)).orTimeout(20, MILLISECONDS)))
                .isInstanceOf(TimeoutException.class);
        assertThat(Futures.read(one, ByteBuffer.allocateDirect(8)).completeOnTimeout(9, 20, MILLISECONDS).get())
                .isEqualTo(9);
        assertThat(port.snapshot().operationsInFlight()).isZero();
        final CompletableFuture<Integer> read = Futures.read(one, ByteBuffer.allocateDirect(8));
        assertThatThrownBy(() -> read.obtrudeValue(1)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> read.obtrudeException(new Error())).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> read.completeAsync(() -> 1)).isInstanceOf(UnsupportedOperationException.class);
        assertThat(read.isDone()).isFalse();
        one.cancelAll();
        assertThat(failure(read)).isInstanceOf(CancellationException.class);
    }

    @Test
    void deadlinesEndTheOperation() throws Exception {
        assertThat(failure(Futures.read(one, ByteBuffer.allocateDirect(8), SHORT))).isInstanceOf(TimeoutException.class)
                .hasCauseInstanceOf(Win32Exception.class);
        assertThat(failure(Futures.accept(server, SHORT))).isInstanceOf(TimeoutException.class);
        assertThat(failure(Futures.connect(client().timeout(SHORT)))).isInstanceOf(TimeoutException.class);
        assertThat(Futures.write(one, buffer("in time"), Duration.ofDays(1)).get()).isEqualTo(7);
        final ByteBuffer big = ByteBuffer.allocateDirect(1 << 20);
        assertThat(failure(Futures.write(one, big, SHORT))).isInstanceOf(TimeoutException.class);
        assertThat(port.snapshot().operationsInFlight()).isZero();
    }

    @Test
    void theCloseOfTheDeviceEndsItsFutures() throws Exception {
        final CompletableFuture<Integer> read = Futures.read(one, ByteBuffer.allocateDirect(8));
        final CompletableFuture<NamedPipe> accept = Futures.accept(server);
        one.close();
        server.close();
        assertThat(failure(read)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(accept)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(Futures.read(one, ByteBuffer.allocateDirect(8)))).isInstanceOf(ClosedChannelException.class)
                .hasCauseInstanceOf(DeviceClosedException.class);
        assertThat(failure(Futures.accept(server))).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void theCloseOfThePortEndsItsFutures() throws Exception {
        final CompletionPort closing = CompletionPort.open(Streams.listener());
        final NamedPipeClient.Builder settings = NamedPipeClient.builder(closing, name);
        final CompletableFuture<NamedPipe> connect = Futures.connect(settings);
        closing.close();
        assertThat(failure(connect)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(failure(Futures.connect(settings))).isInstanceOf(ClosedChannelException.class)
                .hasCauseInstanceOf(PortClosedException.class);
    }

    @Test
    void misuseIsThrown() throws Exception {
        final ByteBuffer direct = ByteBuffer.allocateDirect(8);
        assertThatThrownBy(() -> Futures.read(one, null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Futures.read((NamedPipe) null, direct)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Futures.read(one, ByteBuffer.allocate(8)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Futures.read(one, direct.asReadOnlyBuffer()))
                .isInstanceOf(ReadOnlyBufferException.class);
        assertThatThrownBy(() -> Futures.read(one, direct, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Futures.write(one, ByteBuffer.allocate(8)))
                .isInstanceOf(IllegalArgumentException.class);
        try (CompletionPort elsewhere = CompletionPort.open(completion -> { })) {
            final CompletableFuture<NamedPipe> accepted = Futures.accept(server);
            final NamedPipe foreign = NamedPipeClient.builder(elsewhere, name).connect();
            assertThatThrownBy(() -> Futures.read(foreign, direct)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Streams.port()");
            accepted.get().close();
            assertThatThrownBy(() -> Futures.connect(NamedPipeClient.builder(elsewhere, name)))
                    .isInstanceOf(IllegalArgumentException.class);
            foreign.close();
            assertThat(elsewhere.snapshot().devices()).isEmpty();
            try (NamedPipeServer ready = NamedPipeServer.builder(port, PipePair.newName()).open()) {
                assertThatThrownBy(() -> Futures.accept(ready)).isInstanceOf(UnsupportedOperationException.class);
            }
        }
        Futures.write(other, direct.asReadOnlyBuffer()).get();
        assertThat(Futures.read(one, direct).get()).isEqualTo(8);
    }

    @Test
    void aConnectThatIsCancelledOrFailsLeavesNothing() throws Exception {
        final CompletableFuture<NamedPipe> busy = Futures.connect(client());
        assertThat(busy.cancel(false)).isTrue();
        assertThat(failure(busy)).isInstanceOf(CancellationException.class);
        assertThat(failure(Futures.connect(NamedPipeClient.builder(port, PipePair.newName()))))
                .isInstanceOfSatisfying(Win32Exception.class,
                        missing -> assertThat(missing.code()).isEqualTo(Win32Error.FILE_NOT_FOUND));
        final CompletableFuture<NamedPipe> accept = Futures.accept(server);
        assertThat(accept.cancel(false)).isTrue();
        assertThat(failure(accept)).isInstanceOf(CancellationException.class);
    }

    @Test
    void aConnectThatFailsBeforeItsStartReturnsLeavesNothing() throws Exception {
        final NamedPipeClient.Builder missing = NamedPipeClient.builder(port, PipePair.newName());
        final CompletableFuture<NamedPipe> connect = FutureConnection.connect(NamedPipe.class, token -> {
            final NamedPipe pipe = missing.connect(token);
            while (pipe.isOpen() && !Thread.currentThread().isInterrupted()) {
                Thread.yield();
            }
            return pipe;
        });
        assertThat(failure(connect)).isInstanceOf(Win32Exception.class);
    }

    @Test
    void aConnectionThatComesDuringItsCancelIsClosed() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            final CompletableFuture<NamedPipe> accept = Futures.accept(server);
            final CompletableFuture<NamedPipe> connect = Futures.connect(client());
            final boolean cancelled = connect.cancel(false);
            final boolean refused = accept.cancel(false);
            accept.handle((pipe, failure) -> close(pipe, refused)).get();
            connect.handle((pipe, failure) -> close(pipe, cancelled)).get();
        }
        // Two of them are the connection of this test, and one is the server; closes end on other threads.
        while (port.snapshot().devices().size() > 3) {
            Thread.sleep(1);
        }
    }

    private static Void close(final NamedPipe pipe, final boolean cancelled) {
        if (pipe != null) {
            assertThat(cancelled).as("a cancelled future has a connection").isFalse();
            pipe.close();
        }
        return null;
    }

    @Test
    void detachedConnectionsAreRefused() throws Exception {
        final String detached = PipePair.newName();
        try (NamedPipeServer two = NamedPipeServer.builder(port, detached).listening(0).detached().open()) {
            final CompletableFuture<NamedPipe> accept = Futures.accept(two);
            final NamedPipe client = Futures.connect(NamedPipeClient.builder(port, detached)).get();
            assertThat(failure(accept)).isInstanceOf(UnsupportedOperationException.class);
            assertThat(Futures.read(client, ByteBuffer.allocateDirect(8)).get()).as("it is closed").isEqualTo(-1);
            client.close();
        }
    }

    @Test
    void workOverTcp() throws Exception {
        try (SocketServer listening = SocketServer.builder(port, SocketPair.loopback()).listening(0).open()) {
            final CompletableFuture<StreamSocket> accept = Futures.accept(listening);
            try (StreamSocket near = Futures.connect(SocketClient.builder(port, listening.localAddress())).get();
                    StreamSocket far = accept.get()) {
                final ByteBuffer target = ByteBuffer.allocateDirect(8);
                final CompletableFuture<Integer> read = Futures.read(far, target);
                Futures.write(near, buffer("tcp")).get();
                assertThat(read.get()).isEqualTo(3);
                assertThat(near.close(Duration.ofMinutes(1))).isTrue();
                assertThat(Futures.read(far, target).get()).isEqualTo(-1);
            }
            assertThat(failure(Futures.accept(listening, SHORT))).isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void operationsMayCompleteInline() throws Exception {
        one.completeInline();
        Futures.write(other, buffer("ready")).get();
        final ByteBuffer target = ByteBuffer.allocateDirect(8);
        assertThat(Futures.read(one, target).get()).isEqualTo(5);
        assertThat(target.position()).isEqualTo(5);
        assertThat(Futures.write(one, buffer("x")).get()).isEqualTo(1);
    }

    @Test
    void manyAtOnceEachGetTheirOwnResult() throws Exception {
        final int many = 2_000;
        final List<ByteBuffer> targets = new ArrayList<>();
        final List<CompletableFuture<Integer>> reads = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            targets.add(ByteBuffer.allocateDirect(4));
            reads.add(Futures.read(one, targets.get(i)));
        }
        for (int i = 0; i < many; i += 2) {
            reads.get(i).cancel(false);
        }
        for (int i = 0; i < many; i += 2) {
            assertThat(failure(reads.get(i))).isInstanceOf(CancellationException.class);
        }
        for (int i = 1; i < many; i += 2) {
            Futures.write(other, ByteBuffer.allocateDirect(4).putInt(0, i)).get();
        }
        for (int i = 1; i < many; i += 2) {
            assertThat(reads.get(i).get()).isEqualTo(4);
            assertThat(targets.get(i).getInt(0)).isEqualTo(i);
        }
    }

    @Test
    void theCeilingOfOperationsFailsTheFuture() throws Exception {
        try (CompletionPort small = CompletionPort.builder(Streams.listener()).operations(1).open()) {
            final CompletableFuture<NamedPipe> accepted = Futures.accept(server);
            final NamedPipe pipe = NamedPipeClient.builder(small, name).connect();
            final CompletableFuture<Integer> read = Futures.read(pipe, ByteBuffer.allocateDirect(8));
            assertThat(failure(Futures.write(pipe, buffer("x")))).isInstanceOf(OperationLimitException.class);
            read.cancel(false);
            assertThat(failure(read)).isInstanceOf(CancellationException.class);
            accepted.get().close();
        }
    }

    @Test
    void dependantsMayThrowCloseAndBlock() throws Exception {
        final CompletableFuture<Integer> read = Futures.read(one, ByteBuffer.allocateDirect(8));
        final CompletableFuture<Object> throwing = read.thenApply(bytes -> {
            throw new IllegalStateException("thrown by the dependant");
        });
        Futures.write(other, buffer("1")).get();
        assertThat(failure(throwing)).hasMessage("thrown by the dependant");
        assertThat(read.get()).isEqualTo(1);

        // More of them block than the port has workers.
        final CountDownLatch release = new CountDownLatch(1);
        final CountDownLatch blocked = new CountDownLatch(20);
        final List<CompletableFuture<Void>> blocking = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            blocking.add(Futures.read(one, ByteBuffer.allocateDirect(8)).thenAccept(bytes -> {
                blocked.countDown();
                Uninterruptibly.await(release);
            }));
        }
        for (int i = 0; i < 20; i++) {
            Futures.write(other, buffer("2")).get();
        }
        blocked.await();
        release.countDown();
        CompletableFuture.allOf(blocking.toArray(new CompletableFuture<?>[0])).get();

        final CompletableFuture<Boolean> closing = Futures.read(one, ByteBuffer.allocateDirect(8))
                .thenApply(bytes -> one.close(Duration.ofMinutes(1)));
        Futures.write(other, buffer("3")).get();
        assertThat(closing.get()).isTrue();
    }

    @Test
    void dependantsNeverRunOnAWorker() throws Exception {
        final CompletableFuture<String> thread = Futures.read(one, ByteBuffer.allocateDirect(8))
                .thenApply(bytes -> Thread.currentThread().getName());
        Futures.write(other, buffer("1")).get();
        assertThat(thread.get()).startsWith("iocp4j-nio-callback-");
    }
}
