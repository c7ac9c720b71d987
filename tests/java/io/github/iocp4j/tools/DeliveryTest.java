package io.github.iocp4j.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DeliveryTest {
    /** What each flush does, in turn; success when there is none. */
    private final Queue<Delivery.Flush> flushes = new ArrayDeque<>();
    private int flushed;

    private final Delivery delivery = Delivery.byFlushes(this::flush, 1);

    @Test
    void confirmsWhatPrecedesAFlushThatSucceeds() throws Exception {
        delivery.written(5);
        final long begun = delivery.begin();
        // By another thread, while the flush is in progress.
        flushes.add(() -> {
            delivery.written(2);
            return true;
        });
        delivery.confirm(begun);
        assertThat(delivery.unconfirmed()).isEqualTo(2);

        delivery.finish();
        assertThat(delivery.unconfirmed()).isZero();
        assertThat(flushed).isEqualTo(2);
    }

    @Test
    void aSuccessfulWriteConfirmsNothingOnAPipeWithABuffer() {
        delivery.written(5);
        delivery.completed(5);
        assertThat(delivery.unconfirmed()).isEqualTo(5);
    }

    @Test
    void aSuccessfulWriteConfirmsOnAPipeWithoutABuffer() throws Exception {
        final Delivery unbuffered = Delivery.byWrites();
        unbuffered.written(5);
        assertThat(unbuffered.begin()).as("nothing to flush").isZero();
        assertThat(unbuffered.unconfirmed()).isEqualTo(5);

        unbuffered.completed(5);
        assertThat(unbuffered.unconfirmed()).isZero();
        unbuffered.finish();
    }

    @Test
    void flushesNothingTwice() throws Exception {
        assertThat(delivery.begin()).as("nothing is written").isZero();
        delivery.written(5);
        delivery.confirm(delivery.begin());
        assertThat(delivery.begin()).isZero();
        delivery.finish();
        assertThat(flushed).isEqualTo(1);
    }

    @Test
    void aFlushThatEndsContinuesWithWhatBecameDueMeanwhile() throws Exception {
        delivery.written(5);
        final long begun = delivery.begin();
        flushes.add(() -> {
            delivery.written(2);
            assertThat(delivery.begin()).as("one is in progress").isZero();
            return true;
        });
        delivery.confirm(begun);
        assertThat(delivery.unconfirmed()).isZero();
        assertThat(flushed).isEqualTo(2);
    }

    @Test
    void keepsTheFailureForTheThreadThatFinishes() throws Exception {
        delivery.written(5);
        final long begun = delivery.begin();
        flushes.add(DeliveryTest::fail);
        assertThatThrownBy(() -> delivery.confirm(begun)).isInstanceOf(Win32Exception.class);

        assertThatThrownBy(delivery::finish).isInstanceOf(Win32Exception.class);
        assertThat(delivery.unconfirmed()).isEqualTo(5);
        delivery.awaitFlushes(60);
    }

    @Test
    void doesNotConfirmWhenThePeerHasLeftBeforeTheFlush() throws Exception {
        delivery.written(5);
        flushes.add(() -> false);
        delivery.finish();
        assertThat(delivery.isUnknown()).isTrue();
        assertThat(delivery.unconfirmed()).isEqualTo(5);
    }

    @Test
    void aRehearsalConfirmsNothing() {
        flushes.add(DeliveryTest::fail);
        delivery.rehearse();
        delivery.written(5);
        delivery.rehearse();
        assertThat(flushed).isEqualTo(2);
        assertThat(delivery.isUnknown()).isFalse();
        assertThat(delivery.unconfirmed()).isEqualTo(5);
        assertThat(delivery.begin()).isEqualTo(5);
    }

    @Test
    void finishesAfterTheFlushOfAnotherThread() throws Exception {
        delivery.written(5);
        final long begun = delivery.begin();
        final CountDownLatch read = new CountDownLatch(1);
        flushes.add(() -> awaitUninterruptibly(read));
        final Executor inBackground = task -> new Thread(task).start();
        final CompletableFuture<Void> finishing = CompletableFuture.runAsync(this::finish, inBackground);
        final CompletableFuture<Void> confirming = CompletableFuture.runAsync(() -> confirm(begun), inBackground);
        assertThat(finishing).isNotDone();

        read.countDown();
        confirming.get();
        finishing.get();
        assertThat(delivery.unconfirmed()).isZero();
        assertThat(flushed).isEqualTo(1);
    }

    private boolean flush() throws Win32Exception {
        flushed++;
        final Delivery.Flush next = flushes.poll();
        return next == null || next.flush();
    }

    private void finish() {
        try {
            delivery.finish();
        } catch (final Win32Exception | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void confirm(final long begun) {
        try {
            delivery.confirm(begun);
        } catch (final Win32Exception e) {
            throw new AssertionError(e);
        }
    }

    private static boolean fail() throws Win32Exception {
        throw new Win32Exception("FlushFileBuffers", Win32Error.BROKEN_PIPE);
    }

    private static boolean awaitUninterruptibly(final CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
