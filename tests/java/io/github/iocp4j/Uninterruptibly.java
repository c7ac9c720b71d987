package io.github.iocp4j;

import java.util.concurrent.CountDownLatch;

/** Waiting in a listener, which cannot throw what a waiting thread throws. */
final class Uninterruptibly {
    private Uninterruptibly() {
    }

    static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
