package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.fill;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static io.github.iocp4j.nio.ChannelPair.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.WorkerSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a group does with its port: the ceiling of operations, and its threads while nothing happens. */
@Timeout(120)
final class ChannelGroupPortTest {
    private static final ChannelPair.Kind TCP = ChannelPair.Kind.TCP;

    private AsynchronousChannelGroup peers;
    /** One operation in flight is its ceiling. */
    private AsynchronousChannelGroup small;
    private AsynchronousSocketChannel client;
    private AsynchronousSocketChannel peer;

    @BeforeEach
    void connect() throws Exception {
        peers = ChannelPair.fixed(1);
        small = ChannelGroup.fixed(PROVIDER, Executors.newFixedThreadPool(1), 1, 1);
        try (AsynchronousServerSocketChannel server = TCP.listen(peers)) {
            final Future<AsynchronousSocketChannel> accepted = server.accept();
            client = TCP.open(small);
            client.connect(server.getLocalAddress()).get();
            peer = accepted.get();
        }
    }

    @AfterEach
    void end() throws IOException {
        ChannelPair.end(small);
        ChannelPair.end(peers);
    }

    @Test
    void atTheCeilingAWriteFailsAndTheReadGoesOn() throws Exception {
        final ByteBuffer question = ByteBuffer.allocate(5);
        final Future<Integer> read = client.read(question);
        final ByteBuffer answer = heap("later");
        isRefused(Outcome.failureOf(client.write(answer)));
        final Outcome<Integer> write = new Outcome<>();
        client.write(answer, null, write);
        isRefused(write.failure());
        assertThat(answer.position()).isZero();
        peer.write(heap("first")).get();
        assertThat(read.get()).isEqualTo(5);
        assertThat(text(question)).isEqualTo("first");
        assertThat(client.write(answer).get()).isEqualTo(5);
        final ByteBuffer answered = ByteBuffer.allocate(5);
        fill(peer, answered);
        assertThat(text(answered)).isEqualTo("later");
    }

    @Test
    void atTheCeilingAReadFailsAndLosesNoByte() throws Exception {
        try (AsynchronousServerSocketChannel server = TCP.listen(small)) {
            final Future<AsynchronousSocketChannel> accept = server.accept();
            peer.write(heap("first")).get();
            final ByteBuffer question = ByteBuffer.allocate(5);
            isRefused(Outcome.failureOf(client.read(question)));
            final Outcome<Integer> read = new Outcome<>();
            client.read(question, null, read);
            isRefused(read.failure());
            TCP.open(peers).connect(server.getLocalAddress()).get();
            accept.get();
            fill(client, question);
            assertThat(text(question)).isEqualTo("first");
        }
    }

    @Test
    void atTheCeilingAnAcceptFailsAndLosesNoClient() throws Exception {
        try (AsynchronousServerSocketChannel server = TCP.listen(small)) {
            final Future<Integer> read = client.read(ByteBuffer.allocate(1));
            final AsynchronousSocketChannel waits = TCP.open(peers);
            waits.connect(server.getLocalAddress()).get();
            isRefused(Outcome.failureOf(server.accept()));
            final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
            server.accept(null, accept);
            isRefused(accept.failure());
            peer.write(heap("x")).get();
            read.get();
            assertThat(server.accept().get().getRemoteAddress()).isEqualTo(waits.getLocalAddress());
        }
    }

    @Test
    void atTheCeilingAConnectFailsAndClosesItsChannel() throws Exception {
        final Future<Integer> read = client.read(ByteBuffer.allocate(1));
        try (AsynchronousServerSocketChannel server = TCP.listen(peers)) {
            final AsynchronousSocketChannel refused = TCP.open(small);
            isRefused(Outcome.failureOf(refused.connect(server.getLocalAddress())));
            assertThat(refused.isOpen()).isFalse();
            peer.write(heap("x")).get();
            read.get();
            TCP.open(small).connect(server.getLocalAddress()).get();
        }
    }

    /** The internal thread of a group with an executor polls, and so do two tasks of this executor. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void idleThreadsWaitWithoutWakingUp(final boolean fixed) throws Exception {
        final ExecutorService executor = Executors.newCachedThreadPool();
        final AsynchronousChannelGroup group =
                fixed ? ChannelPair.fixed(3) : PROVIDER.openAsynchronousChannelGroup(executor, 2);
        try (ChannelPair pair = TCP.connect(group)) {
            pair.client.read(ByteBuffer.allocate(1), 1, TimeUnit.HOURS, null, new Outcome<>());
            final CompletionPort port = ((ChannelGroup) group).port();
            List<WorkerSnapshot> pollers;
            do {
                Thread.sleep(10);
                pollers = port.snapshot().workerStates();
                // Each thread has its poller when it has begun.
            } while (pollers.size() < 3 || !pollers.stream().allMatch(ChannelGroupPortTest::hasWaitedForLong));
            assertThat(pollers).hasSize(3);
        } finally {
            executor.shutdown();
        }
    }

    /** Longer than a thread that wakes up twice a second would. */
    private static boolean hasWaitedForLong(final WorkerSnapshot poller) {
        return poller.activity() == WorkerActivity.WAITING && poller.duration().compareTo(Duration.ofSeconds(1)) > 0;
    }

    private static void isRefused(final Throwable failure) {
        assertThat(failure).isInstanceOf(IOException.class).hasCauseInstanceOf(OperationLimitException.class);
    }
}
