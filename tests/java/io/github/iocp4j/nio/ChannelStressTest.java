package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation has exactly one outcome, whatever else happens to its channel at that moment. */
@Timeout(180)
final class ChannelStressTest {
    private static final int ROUNDS = 150;

    @ParameterizedTest
    @EnumSource
    void everyOperationHasOneOutcome(final ChannelPair.Kind kind) throws Exception {
        final Random random = new Random(kind.ordinal());
        final AsynchronousChannelGroup group = ChannelPair.fixed(3);
        final ExecutorService others = Executors.newFixedThreadPool(3);
        final List<Outcome<Integer>> outcomes = new ArrayList<>();
        final List<Future<Integer>> futures = new ArrayList<>();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                final AsynchronousSocketChannel[] ends = connect(kind, group);
                final CyclicBarrier together = new CyclicBarrier(3);
                final List<Future<Void>> actors = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    final int seed = random.nextInt();
                    actors.add(others.submit(() -> {
                        together.await();
                        act(ends, new Random(seed), outcomes, futures);
                        return null;
                    }));
                }
                for (final Future<Void> actor : actors) {
                    actor.get();
                }
                ends[0].close();
                ends[1].close();
            }
        } finally {
            others.shutdown();
            ChannelPair.end(group);
        }
        assertThat(outcomes).hasSizeGreaterThan(ROUNDS / 2).allMatch(Outcome::isDone).allMatch(Outcome::isCalledOnce);
        assertThat(futures).hasSizeGreaterThan(ROUNDS / 2).allMatch(Future::isDone);
    }

    private static AsynchronousSocketChannel[] connect(
            final ChannelPair.Kind kind, final AsynchronousChannelGroup group) throws Exception {
        final ChannelPair pair = kind.connect(group);
        return new AsynchronousSocketChannel[] {pair.client, pair.server};
    }

    private static void act(
            final AsynchronousSocketChannel[] ends, final Random random, final List<Outcome<Integer>> outcomes,
            final List<Future<Integer>> futures) {
        for (int i = 0; i < 6; i++) {
            final AsynchronousSocketChannel end = ends[random.nextInt(2)];
            final ByteBuffer buffer = random.nextBoolean() ? ByteBuffer.allocate(1 + random.nextInt(100_000))
                    : ByteBuffer.allocateDirect(1 + random.nextInt(1_000));
            final Outcome<Integer> outcome = new Outcome<>();
            try {
                switch (random.nextInt(6)) {
                    case 0:
                        end.read(buffer, random.nextInt(15), TimeUnit.MILLISECONDS, null, outcome);
                        add(outcomes, outcome);
                        break;
                    case 1:
                        end.write(buffer, random.nextInt(15), TimeUnit.MILLISECONDS, null, outcome);
                        add(outcomes, outcome);
                        break;
                    case 2:
                        add(futures, end.read(buffer));
                        break;
                    case 3:
                        final Future<Integer> write = end.write(buffer);
                        add(futures, write);
                        write.cancel(random.nextInt(4) == 0);
                        break;
                    case 4:
                        end.shutdownInput();
                        break;
                    default:
                        if (random.nextInt(3) == 0) {
                            end.close();
                        }
                        break;
                }
            } catch (final IllegalStateException | IOException refused) {
                // Another thread has an operation in flight, or has ended the direction or the channel.
            }
        }
    }

    private static <T> void add(final List<T> list, final T element) {
        synchronized (list) {
            list.add(element);
        }
    }
}
