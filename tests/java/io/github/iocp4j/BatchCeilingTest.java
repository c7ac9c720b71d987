package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Recorder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The effect of the batch ceiling on a backlog. The default is based on these figures. */
@Timeout(300)
final class BatchCeilingTest {
    private static final int BACKLOG = 4_096;
    private static final int ROUNDS = 5;

    @Test
    void decidesHowManyUpcallsABacklogTakes() throws Exception {
        final List<String> figures = new ArrayList<>();
        for (final int ceiling : new int[] {1, 8, 32, 128, 256, 1_024}) {
            long best = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                final Drain drain = new Drain();
                best = Math.min(best, drain.run(ceiling));

                assertThat(drain.upcalls).as("upcalls at ceiling %d", ceiling).isEqualTo(BACKLOG / ceiling);
            }
            figures.add(String.format(Locale.ROOT, "%d: %.2f us", ceiling, best / 1e3 / BACKLOG));
        }
        System.out.println("Figures: a completion out of a backlog of " + BACKLOG + ", by batch ceiling: "
                + String.join(", ", figures));
    }

    /** One worker, which waits in the listener until everything is posted. */
    private static final class Drain {
        private final CountDownLatch inside = new CountDownLatch(1);
        private final CountDownLatch gate = new CountDownLatch(1);
        private final CountDownLatch done = new CountDownLatch(1);
        private int upcalls;
        private int seen;

        long run(final int ceiling) throws Exception {
            try (CompletionPort port = CompletionPort.batchBuilder(this::onCompletions).workers(1).concurrency(1)
                    .batch(ceiling).open()) {
                port.post(0, 0, 0);
                assertThat(inside.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
                for (int i = 0; i < BACKLOG; i++) {
                    port.post(0, 0, i);
                }
                final long begin = System.nanoTime();
                gate.countDown();
                assertThat(done.await(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
                return System.nanoTime() - begin;
            }
        }

        private void onCompletions(final CompletionBatch batch) {
            if (inside.getCount() > 0) {
                inside.countDown();
                try {
                    gate.await();
                } catch (final InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
                return;
            }
            upcalls++;
            seen += batch.size();
            if (seen == BACKLOG) {
                done.countDown();
            }
        }
    }
}
