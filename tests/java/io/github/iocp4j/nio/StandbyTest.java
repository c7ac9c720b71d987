package io.github.iocp4j.nio;

import static io.github.iocp4j.nio.ChannelPair.PROVIDER;
import static io.github.iocp4j.nio.ChannelPair.heap;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Uninterruptibly;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.util.Arrays;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which threads of a group with an internal thread call the handlers. */
@Timeout(120)
final class StandbyTest {
    private final Standby standby = new Standby();

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
                .isGreaterThan(count / 2);
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
    void lastsWhileAnotherThreadIsQuick() throws Exception {
        final HandlerThread poller = poller();
        boolean lasted = false;
        // Not the first time if other programs keep this thread from polling.
        for (int round = 0; round < 100 && !lasted; round++) {
            final Thread internal = new Thread(standby::await);
            internal.start();
            final long begin = System.nanoTime();
            while (System.nanoTime() - begin < TimeUnit.MILLISECONDS.toNanos(50)) {
                poller.endPoll();
                poller.beginPoll();
            }
            lasted = internal.isAlive();
            internal.join();
        }
        assertThat(lasted).isTrue();
    }

    @Test
    void endsWhenTheOthersHaveNothingToDo() {
        standby.await();
        poller();
        standby.await();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16})
    void endsWhenTheOthersAreBusyWithFewHandlers(final int count) throws Exception {
        final HandlerThread[] pollers = new HandlerThread[count];
        Arrays.setAll(pollers, i -> poller());
        final Thread polls = new Thread(() -> {
            while (!Thread.interrupted()) {
                for (final HandlerThread poller : pollers) {
                    poller.endPoll();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                for (final HandlerThread poller : pollers) {
                    poller.beginPoll();
                }
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

    /** Returns a thread that polls. */
    private HandlerThread poller() {
        final HandlerThread poller = HandlerThread.enter(null);
        HandlerThread.leave();
        standby.add(poller);
        poller.beginPoll();
        return poller;
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
