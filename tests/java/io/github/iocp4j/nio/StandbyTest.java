package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Uninterruptibly;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which threads of a group with an internal thread call the handlers. */
@Timeout(120)
final class StandbyTest {
    @Test
    void mostQuickHandlersRunOnTheThreadThatPolls() throws Exception {
        final int count = 2000;
        final Queue<Thread> made = new ConcurrentLinkedQueue<>();
        final Map<Thread, Integer> calls = new ConcurrentHashMap<>();
        try (ChannelPair pair = ChannelPair.Kind.TCP.connect(cached(made))) {
            for (int i = 0; i < count; i++) {
                echo(pair, calls);
            }
        }
        assertThat(calls.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(count);
        // Less than all, because other programs may keep that thread from polling.
        assertThat(calls.getOrDefault(made.element(), 0)).as("of %s calls, on the thread that polls", calls)
                .isGreaterThan(count * 3 / 4);
    }

    @Test
    void whileTheThreadThatPollsBlocksOthersCallTheHandlers() throws Exception {
        final AsynchronousChannelGroup group = cached(new ConcurrentLinkedQueue<>());
        try (ChannelPair first = ChannelPair.Kind.TCP.connect(group);
                ChannelPair second = ChannelPair.Kind.TCP.connect(group)) {
            for (int i = 0; i < 20; i++) {
                for (int quick = 0; quick < 10; quick++) {
                    echo(first, new ConcurrentHashMap<>());
                }
                final CountDownLatch release = new CountDownLatch(1);
                final CompletableFuture<Void> released = new CompletableFuture<>();
                first.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> {
                    Uninterruptibly.await(release);
                    released.complete(null);
                }));
                second.server.read(ByteBuffer.allocate(1), null, new OnSuccess<>(bytes -> release.countDown()));
                first.client.write(heap("x")).get();
                second.client.write(heap("y")).get();
                released.get();
            }
        }
    }

    @Test
    void endsWhenTheOthersAreBusyWithFewHandlersOrHaveNothingToDo() throws Exception {
        final Standby standby = new Standby();
        standby.await();
        final HandlerThread poller = HandlerThread.enter(null);
        HandlerThread.leave();
        standby.add(poller);
        poller.beginPoll();
        standby.await();

        final Thread polls = new Thread(() -> {
            while (!Thread.interrupted()) {
                poller.endPoll();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                poller.beginPoll();
            }
        });
        polls.start();
        try {
            standby.await();
        } finally {
            polls.interrupt();
            polls.join();
        }
    }

    private static void echo(final ChannelPair pair, final Map<Thread, Integer> calls) throws Exception {
        final Outcome<Integer> read = new Outcome<>();
        pair.server.read(ByteBuffer.allocate(1), null, read);
        final Outcome<Integer> write = new Outcome<>();
        pair.client.write(heap("x"), null, write);
        assertThat(write.get()).isEqualTo(1);
        assertThat(read.get()).isEqualTo(1);
        calls.merge(read.thread(), 1, Integer::sum);
    }

    private static AsynchronousChannelGroup cached(final Queue<Thread> made) throws Exception {
        return PROVIDER.openAsynchronousChannelGroup(Executors.newCachedThreadPool(body -> {
            final Thread thread = new Thread(body);
            made.add(thread);
            return thread;
        }), 1);
    }
}
