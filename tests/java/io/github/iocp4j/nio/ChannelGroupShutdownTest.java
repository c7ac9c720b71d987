package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of groups, and of the channels in them. */
@Timeout(120)
final class ChannelGroupShutdownTest {
    @Test
    void shutdownLetsChannelsGoOnAndEndsAfterTheLastClose() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(2);
        final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
        group.shutdown();
        group.shutdown();
        assertThat(group.isShutdown()).isTrue();
        pair.client.write(heap("x")).get();
        assertThat(pair.server.read(ByteBuffer.allocate(1)).get()).isEqualTo(1);
        pair.client.close();
        assertThat(group.awaitTermination(10, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(group.isTerminated()).isFalse();
        pair.server.close();
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(group.isTerminated()).isTrue();
    }

    @Test
    void shutdownNowClosesEverything() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.listen(group);
        final Outcome<AsynchronousSocketChannel> accept = new Outcome<>();
        server.accept(null, accept);
        group.shutdownNow();
        assertThat(server.isOpen() || pair.client.isOpen() || pair.server.isOpen()).isFalse();
        assertThat(accept.failure()).isNotNull();
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void aChannelThatIsOpenedDuringTheShutdownIsRefusedOrClosed() throws Exception {
        for (int i = 0; i < 50; i++) {
            final AsynchronousChannelGroup group = ChannelPair.fixed(1);
            final CompletableFuture<Void> refused = CompletableFuture.runAsync(() -> openUntilRefused(group));
            if (i % 2 == 0) {
                Thread.yield();
            }
            group.shutdownNow();
            refused.get();
            ChannelPair.end(group);
        }
    }

    private static void openUntilRefused(final AsynchronousChannelGroup group) {
        try {
            while (true) {
                ChannelPair.Kind.TCP.open(group);
                ChannelPair.Kind.TCP.openServer(group);
                NamedPipeChannels.openServer(group);
            }
        } catch (final ShutdownChannelGroupException expected) {
            assertThat(group.isShutdown()).isTrue();
        } catch (final Exception unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @Test
    void anAcceptAfterShutdownClosesTheConnection() throws Exception {
        final AsynchronousChannelGroup group = ChannelPair.fixed(1);
        final AsynchronousServerSocketChannel server = ChannelPair.Kind.TCP.listen(group);
        group.shutdown();
        final Future<AsynchronousSocketChannel> accept = server.accept();
        try (AsynchronousSocketChannel client = ChannelPair.Kind.TCP.open(null)) {
            client.connect(server.getLocalAddress()).get();
            assertThat(Outcome.failureOf(accept)).isInstanceOf(IOException.class)
                    .hasCauseInstanceOf(ShutdownChannelGroupException.class);
            assertThat(ended(client)).isTrue();
        }
        server.close();
        assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    private static boolean ended(final AsynchronousSocketChannel channel) throws InterruptedException {
        try {
            return channel.read(ByteBuffer.allocate(1)).get() == -1;
        } catch (final ExecutionException reset) {
            return true;
        }
    }

    @Test
    void handlersOfAGroupThatEndsRunOnTheExecutorBeforeTheEnd() throws Exception {
        for (int i = 0; i < 20; i++) {
            final RecordedThreads threads = new RecordedThreads();
            final ExecutorService executor = Executors.newFixedThreadPool(1, threads);
            final AsynchronousChannelGroup group = PROVIDER.openAsynchronousChannelGroup(executor, 0);
            final ChannelPair pair = ChannelPair.Kind.TCP.connect(group);
            pair.client.close();
            final Outcome<Integer> read = new Outcome<>();
            pair.server.read(ByteBuffer.allocate(1), null, read);
            group.shutdownNow();
            assertThat(group.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
            assertThat(read.isCalledOnce()).isTrue();
            assertThat(threads.made).contains(read.thread());
        }
    }

    @Test
    void threeHundredAndThirtyGroups() throws Exception {
        final List<AsynchronousChannelGroup> groups = new ArrayList<>();
        for (int i = 0; i < 330; i++) {
            groups.add(ChannelPair.fixed(1));
        }
        for (final AsynchronousChannelGroup group : groups) {
            ChannelPair.end(group);
        }
    }
}
