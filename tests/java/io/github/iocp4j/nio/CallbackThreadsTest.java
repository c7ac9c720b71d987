package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Uninterruptibly;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads that complete futures. */
@Timeout(300)
final class CallbackThreadsTest {
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final CallbackThreads threads = new CallbackThreads(MINUTE);

    private CompletableFuture<Thread> run(final Runnable action) {
        final CompletableFuture<Thread> ran = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                action.run();
            } finally {
                ran.complete(Thread.currentThread());
            }
        });
        return ran;
    }

    private static void nothing() {
        // Only the thread counts.
    }

    @Test
    void noActionIsForgottenWhileOthersBlock() throws Exception {
        final ExecutorService oneWorker = Executors.newSingleThreadExecutor();
        final ExecutorService anotherWorker = Executors.newSingleThreadExecutor();
        try {
            for (int round = 0; round < 500; round++) {
                final CountDownLatch release = new CountDownLatch(1);
                final CountDownLatch blocked = new CountDownLatch(20);
                final List<CompletableFuture<Thread>> blocking = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    final CompletableFuture<CompletableFuture<Thread>> quick = new CompletableFuture<>();
                    final CompletableFuture<CompletableFuture<Thread>> slow = new CompletableFuture<>();
                    oneWorker.execute(() -> slow.complete(run(() -> {
                        blocked.countDown();
                        Uninterruptibly.await(release);
                    })));
                    anotherWorker.execute(() -> quick.complete(run(CallbackThreadsTest::nothing)));
                    blocking.add(slow.get());
                    quick.get().get();
                }
                blocked.await();
                release.countDown();
                for (final CompletableFuture<Thread> each : blocking) {
                    each.get();
                }
            }
        } finally {
            oneWorker.shutdown();
            anotherWorker.shutdown();
        }
    }

    @Test
    void actionsMayWaitForEachOther() throws Exception {
        final int actions = 600;
        final CountDownLatch all = new CountDownLatch(actions);
        final CountDownLatch ended = new CountDownLatch(actions);
        final CallbackThreads impatient = new CallbackThreads(1);
        for (int i = 0; i < actions; i++) {
            impatient.execute(() -> {
                all.countDown();
                Uninterruptibly.await(all);
                ended.countDown();
            });
        }
        ended.await();
    }

    @Test
    void oneActionAfterAnotherRunsOnFewThreads() throws Exception {
        final Set<Thread> used = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 1_000; i++) {
            used.add(run(CallbackThreadsTest::nothing).get());
        }
        // The one before may not yet be waiting again.
        assertThat(used).hasSizeLessThan(100).allMatch(Thread::isDaemon);
    }

    @Test
    void anActionThatThrowsIsReportedAndEndsNothing() throws Exception {
        final CompletableFuture<Throwable> reported = new CompletableFuture<>();
        final Thread thread = run(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((where, thrown) -> reported.complete(thrown));
            throw new IllegalStateException("thrown by the action");
        }).get();
        assertThat(reported.get()).hasMessage("thrown by the action");
        runAgainOn(thread, CallbackThreadsTest::nothing);
    }

    @Test
    void anInterruptEndsNoThreadAndReachesNoOtherAction() throws Exception {
        final Thread thread = run(() -> Thread.currentThread().interrupt()).get();
        final Set<Boolean> seen = ConcurrentHashMap.newKeySet();
        runAgainOn(thread, () -> seen.add(Thread.currentThread().isInterrupted()));
        assertThat(seen).containsExactly(false);
        thread.interrupt();
        runAgainOn(thread, CallbackThreadsTest::nothing);
    }

    /** Returns when the action has run on that thread: never, if it has ended. */
    private void runAgainOn(final Thread thread, final Runnable action) throws Exception {
        Thread next;
        do {
            next = run(action).get();
        } while (next != thread);
    }

    @Test
    void idleThreadsEnd() throws Exception {
        final CallbackThreads impatient = new CallbackThreads(1);
        final CompletableFuture<Thread> ran = new CompletableFuture<>();
        impatient.execute(() -> ran.complete(Thread.currentThread()));
        ran.get().join();
        final CompletableFuture<Thread> again = new CompletableFuture<>();
        impatient.execute(() -> again.complete(Thread.currentThread()));
        assertThat(again.get()).isNotSameAs(ran.get());
    }
}
