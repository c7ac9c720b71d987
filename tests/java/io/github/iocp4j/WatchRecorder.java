package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A listener that keeps what watches tell, and can be held up. */
final class WatchRecorder implements CompletionListener {
    /** Changes as {@code ACTION NAME}, in the order in which they came. */
    final List<String> changes = new CopyOnWriteArrayList<>();
    final List<Integer> statuses = new CopyOnWriteArrayList<>();
    final AtomicInteger mostAtOnce = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public void onCompletion(final Completion completion) {
        mostAtOnce.accumulateAndGet(inside.incrementAndGet(), Math::max);
        if (completion.opcode() == Opcode.CHANGE) {
            final DirectoryChanges cursor = ((DirectoryWatch) completion.device()).changes(completion);
            while (cursor.next()) {
                changes.add(cursor.action() + " " + cursor.name());
            }
            statuses.add(completion.status());
        }
        pass();
        inside.decrementAndGet();
    }

    /** The listener does not return from now on. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    void let() {
        gate.countDown();
    }

    int inside() {
        return inside.get();
    }

    private void pass() {
        try {
            gate.await();
        } catch (final InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a change, which must come. */
    void await(final String change) throws InterruptedException {
        await(change, () -> changes.contains(change));
    }

    void await(final String what, final BooleanSupplier condition) throws InterruptedException {
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Recorder.PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waited in vain for %s; there are %s with the statuses %s",
                    what, changes, statuses).isNegative();
            Thread.sleep(1);
        }
    }
}
