package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A call that is made by a thread which is interrupted all the while. */
final class Interrupted {
    private final Thread thread;
    private volatile boolean answer;
    private volatile boolean stillInterrupted;

    Interrupted(final BooleanSupplier call) {
        thread = new Thread(() -> {
            Thread.currentThread().interrupt();
            answer = call.getAsBoolean();
            stillInterrupted = Thread.currentThread().isInterrupted();
        });
        thread.start();
    }

    /** Until the call waits, or has returned; the test's timeout ends this. */
    void awaitWaiting() throws InterruptedException {
        while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.sleep(1);
        }
    }

    void assertDoneAndStillInterrupted() throws InterruptedException {
        thread.join(TimeUnit.SECONDS.toMillis(Recorder.PATIENCE_SECONDS));
        assertThat(thread.isAlive()).isFalse();
        assertThat(answer).as("waited, interrupted or not").isTrue();
        assertThat(stillInterrupted).isTrue();
    }
}
