package io.github.iocp4j.socket;

import static io.github.iocp4j.fixtures.PipePair.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DetachedDevice;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that a server accepts for a port of the program's choice. */
@Timeout(120)
final class DetachedConnectionTest extends CheckedPort {
    private static final int END_OF_STREAM = -1;

    @Test
    void belongsToThePortThatTheProgramChooses() throws Exception {
        final Recorder elsewhere = new Recorder();
        try (CompletionPort polled = CompletionPort.builder(elsewhere).polled().open();
                CompletionPoller poller = polled.openPoller();
                SocketServer server = SocketServer.builder(port, SocketPair.loopback()).detached().token(3).open();
                Socket client = new Socket("127.0.0.1", server.localPort())) {
            final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
            assertThat(accepted.token).isEqualTo(3);
            assertThat(accepted.device).isNull();
            final DetachedSocket<?> detached = (DetachedSocket<?>) accepted.detached;
            assertThat(detached.key()).isEqualTo(accepted.key);
            assertThat(detached.localAddress()).isEqualTo(client.getRemoteSocketAddress());
            assertThat(detached.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
            detached.option(StandardSocketOptions.TCP_NODELAY, true);
            final StreamSocket connection = (StreamSocket) detached.associate(polled);
            assertThat(connection.port()).isSameAs(polled);
            assertThat(connection.name()).isEqualTo("127.0.0.1:" + client.getLocalPort());
            assertThat(connection.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
            assertThat(connection.option(StandardSocketOptions.TCP_NODELAY)).isTrue();
            client.getOutputStream().write("ping".getBytes());
            final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
            connection.read(buffer, 1);
            while (elsewhere.isEmpty()) {
                poller.poll(1_000);
            }
            assertThat(text(buffer, elsewhere.nextSuccess(Opcode.READ).bytes)).isEqualTo("ping");
            assertThat(port.snapshot().untakenConnections()).isZero();
        }
    }

    @Test
    void keepsTheDataThatCameWithIt() throws Exception {
        try (SocketServer server =
                SocketServer.builder(port, SocketPair.loopback()).detached().firstBytes(4).open();
                Socket client = new Socket("127.0.0.1", server.localPort())) {
            client.getOutputStream().write("abcdef".getBytes());
            final Recorder.Completion accepted = recorder.nextSuccess(Opcode.ACCEPT);
            assertThat(accepted.bytes).isEqualTo(4);
            final StreamSocket connection = (StreamSocket) accepted.detached.associate(port);
            final ByteBuffer first = ByteBuffer.allocateDirect(8);
            assertThat(connection.takeFirst(first)).isEqualTo(4);
            assertThat(text(first, 4)).isEqualTo("abcd");
            final ByteBuffer rest = ByteBuffer.allocateDirect(8);
            connection.read(rest, 2);
            assertThat(text(rest, recorder.nextSuccess(Opcode.READ).bytes)).isEqualTo("ef");
        }
    }

    @Test
    void isClosedWithoutAPort() throws Exception {
        try (SocketServer server = SocketServer.builder(port, SocketPair.loopback()).detached().open();
                Socket client = new Socket("127.0.0.1", server.localPort())) {
            final DetachedDevice<?> detached = recorder.nextSuccess(Opcode.ACCEPT).detached;
            detached.close();
            assertThat(client.getInputStream().read()).isEqualTo(END_OF_STREAM);
            assertThatThrownBy(() -> detached.associate(port)).isInstanceOf(DeviceClosedException.class);
        }
    }

    @Test
    void outlivesItsServerAndItsServersPort() throws Exception {
        final Recorder there = new Recorder();
        final CompletionPort acceptors = CompletionPort.builder(there).workers(1).open();
        final SocketServer server = SocketServer.builder(acceptors, SocketPair.loopback()).detached().open();
        try (Socket client = new Socket("127.0.0.1", server.localPort())) {
            final DetachedDevice<?> detached = there.nextSuccess(Opcode.ACCEPT).detached;
            assertThat(acceptors.close(LONG)).isTrue();
            assertThatThrownBy(() -> detached.associate(acceptors)).isInstanceOf(PortClosedException.class);
            final StreamSocket connection = (StreamSocket) detached.associate(port);
            final ByteBuffer buffer = ByteBuffer.allocateDirect(8);
            client.getOutputStream().write(1);
            connection.read(buffer, 1);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(1);
        }
    }

    /** A connection that no other code knows of would stay open for ever. */
    @ParameterizedTest
    @ValueSource(strings = {"ignores", "throws", "asks and throws", "batch ignores", "batch throws"})
    void isClosedAndCountedWhenTheListenerDoesNotTakeIt(final String what) throws Exception {
        final CompletionPort.Builder builder = what.startsWith("batch")
                ? CompletionPort.batchBuilder(batch -> fail(what))
                : CompletionPort.builder(completion -> {
                    if (what.startsWith("asks")) {
                        assertThat(completion.detached()).isNotNull();
                    }
                    fail(what);
                });
        try (CompletionPort careless = builder.workers(1).exceptionHandler((completion, thrown) -> { }).open();
                SocketServer server = SocketServer.builder(careless, SocketPair.loopback()).detached().open();
                Socket client = new Socket("127.0.0.1", server.localPort())) {
            assertThat(client.getInputStream().read()).isEqualTo(END_OF_STREAM);
            assertThat(server.close(LONG)).isTrue();
            assertThat(careless.snapshot().untakenConnections()).isEqualTo(1);
        }
    }

    private static void fail(final String what) {
        if (what.endsWith("throws")) {
            throw new IllegalStateException(what);
        }
    }

    /** One winner, no matter who comes first. */
    @Test
    void isAssociatedOrClosedOnce() throws Exception {
        try (SocketServer server = SocketServer.builder(port, SocketPair.loopback()).detached().open();
                CompletionPort other = CompletionPort.builder(recorder).workers(1).open()) {
            for (int round = 0; round < 200; round++) {
                try (Socket client = new Socket("127.0.0.1", server.localPort())) {
                    final DetachedDevice<?> detached = recorder.nextSuccess(Opcode.ACCEPT).detached;
                    final AtomicInteger associated = new AtomicInteger();
                    final CountDownLatch start = new CountDownLatch(1);
                    final BlockingQueue<Throwable> wrong = new LinkedBlockingQueue<>();
                    final List<Thread> threads = new ArrayList<>();
                    for (final CompletionPort target : new CompletionPort[] {port, other}) {
                        threads.add(new Thread(() -> {
                            try {
                                start.await();
                                detached.associate(target).close();
                                associated.incrementAndGet();
                            } catch (final DeviceClosedException expected) {
                                // The other thread was first.
                            } catch (final Throwable thrown) {
                                wrong.add(thrown);
                            }
                        }));
                    }
                    threads.add(new Thread(() -> {
                        try {
                            start.await();
                            ((DetachedSocket<?>) detached).localAddress();
                        } catch (final DeviceClosedException expected) {
                            // Associated meanwhile.
                        } catch (final Throwable thrown) {
                            wrong.add(thrown);
                        }
                    }));
                    threads.forEach(Thread::start);
                    start.countDown();
                    for (final Thread thread : threads) {
                        thread.join(TimeUnit.SECONDS.toMillis(Recorder.TIMEOUT_SECONDS));
                    }
                    assertThat(wrong).isEmpty();
                    assertThat(associated).hasValue(1);
                    assertThat(client.getInputStream().read()).isEqualTo(END_OF_STREAM);
                }
            }
        }
    }
}
