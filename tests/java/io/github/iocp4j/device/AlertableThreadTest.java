package io.github.iocp4j.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.device.WaitResult.Kind;
import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.AlertableThreadNative;
import io.github.iocp4j.internal.EngineError;
import io.github.iocp4j.internal.WaitableObjectNative;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The six alertable waits, and what can end each of them. */
@Timeout(120)
final class AlertableThreadTest {
    private static final int SHORT = 5;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final List<String> ran = new ArrayList<>();
    private AlertableThread here;
    private WaitableObject event;
    private WaitableObject other;

    /** A wait of any kind. */
    private interface Wait {
        WaitResult begin(int timeoutMillis) throws Exception;
    }

    @BeforeEach
    void open() throws Exception {
        here = AlertableThread.current();
        event = WaitableObject.event(false);
        other = WaitableObject.event(true);
    }

    @AfterEach
    void close() {
        here.close();
        event.close();
        other.close();
        others.shutdownNow();
    }

    @Test
    void sleepIsEndedByAnApc() throws Exception {
        endsByApcOrTime(here::sleep);
    }

    @Test
    void waitForOneObjectIsEndedByItOrAnApc() throws Exception {
        endsByApcOrTime(milliseconds -> here.await(milliseconds, event));
        event.signal();
        assertThat(here.await(AlertableThread.FOR_EVER, event).kind()).isEqualTo(Kind.SIGNALLED);
        assertThat(here.await(SHORT, event).kind()).as("one wait takes the signal away").isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void waitForSeveralObjectsReturnsTheIndexOrAll() throws Exception {
        endsByApcOrTime(milliseconds -> here.awaitAny(milliseconds, event, other));
        endsByApcOrTime(milliseconds -> here.awaitAll(milliseconds, event, other));
        other.signal();
        final WaitResult any = here.awaitAny(AlertableThread.FOR_EVER, event, other);
        assertThat(any.kind()).isEqualTo(Kind.SIGNALLED);
        assertThat(any.index()).isEqualTo(1);
        assertThat(here.awaitAll(SHORT, event, other).kind()).isEqualTo(Kind.TIMEOUT);
        event.signal();
        assertThat(here.awaitAll(AlertableThread.FOR_EVER, event, other).kind()).isEqualTo(Kind.SIGNALLED);
        other.reset();
        assertThat(here.awaitAny(SHORT, event, other).kind()).isEqualTo(Kind.TIMEOUT);
    }

    @Test
    void sixtyFourObjectsAreTheMost() throws Exception {
        final WaitableObject[] many = new WaitableObject[65];
        for (int i = 0; i < many.length; i++) {
            many[i] = WaitableObject.event(false);
        }
        final WaitableObject[] most = Arrays.copyOf(many, 64);
        most[63].signal();
        assertThat(here.awaitAny(AlertableThread.FOR_EVER, most).index()).isEqualTo(63);
        assertThatThrownBy(() -> here.awaitAny(0, many)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("64");
        assertThatThrownBy(() -> here.awaitMessage(0, most)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("63");
        assertThatThrownBy(() -> here.awaitAny(0)).isInstanceOf(IllegalArgumentException.class);
        for (final WaitableObject one : many) {
            one.close();
        }
    }

    @Test
    void signallingAndWaitingAreOneStep() throws Exception {
        assertThat(here.signalAndAwait(other, SHORT, event).kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(here.await(0, other).kind()).as("but it is signalled").isEqualTo(Kind.SIGNALLED);
        event.signal();
        assertThat(here.signalAndAwait(other, AlertableThread.FOR_EVER, event).kind()).isEqualTo(Kind.SIGNALLED);
        endsByApc(milliseconds -> here.signalAndAwait(other, milliseconds, event));
    }

    @Test
    void waitForMessagesIsEndedByObjectsAndApcs() throws Exception {
        endsByApcOrTime(milliseconds -> here.awaitMessage(milliseconds, event));
        endsByApcOrTime(here::awaitMessage);
        event.signal();
        assertThat(here.awaitMessage(AlertableThread.FOR_EVER, other, event).index()).isEqualTo(1);
    }

    @Test
    void pollDistinguishesPacketsWakeUpsAndApcs() throws Exception {
        final Recorder recorder = new Recorder();
        try (CompletionPort port = CompletionPort.builder(recorder).polled().open();
                CompletionPoller poller = port.openPoller()) {
            endsByApcOrTime(milliseconds -> here.poll(milliseconds, poller));
            port.post(0, 0, 7);
            final WaitResult came = here.poll(AlertableThread.FOR_EVER, poller);
            assertThat(came.kind()).isEqualTo(Kind.COMPLETIONS);
            assertThat(came.index()).isEqualTo(1);
            assertThat(recorder.next().token).isEqualTo(7);
            port.wakeUp();
            assertThat(here.poll(AlertableThread.FOR_EVER, poller).kind()).isEqualTo(Kind.WAKE_UP);
        }
    }

    @Test
    void apcsRunOnlyInAlertableWaits() throws Exception {
        others.submit(() -> here.execute(() -> ran.add("apc"))).get();
        Thread.sleep(SHORT);
        assertThat(ran).as("this thread has slept, but not alertably").isEmpty();
        assertThat(here.sleep(0).kind()).isEqualTo(Kind.APC);
        assertThat(ran).containsExactly("apc");
    }

    @Test
    void oneWaitRunsAllThatAreQueuedInOrder() throws Exception {
        for (int i = 0; i < 100; i++) {
            final String name = "apc " + i;
            here.execute(() -> ran.add(name));
        }
        assertThat(here.sleep(AlertableThread.FOR_EVER).kind()).isEqualTo(Kind.APC);
        assertThat(ran).hasSize(100).startsWith("apc 0", "apc 1").endsWith("apc 99");
    }

    @Test
    void throwingTaskEndsNothing() throws Exception {
        final AtomicReference<Throwable> caught = new AtomicReference<>();
        final Thread thread = Thread.currentThread();
        final Thread.UncaughtExceptionHandler usual = thread.getUncaughtExceptionHandler();
        final RuntimeException problem = new IllegalArgumentException("from a task");
        thread.setUncaughtExceptionHandler((where, what) -> caught.set(what));
        try {
            here.execute(() -> {
                throw problem;
            });
            here.execute(() -> ran.add("next"));
            assertThat(here.sleep(AlertableThread.FOR_EVER).kind()).isEqualTo(Kind.APC);
        } finally {
            thread.setUncaughtExceptionHandler(usual);
        }
        assertThat(caught.get()).isSameAs(problem);
        assertThat(ran).containsExactly("next");
    }

    @Test
    void processIsSignalledWhenItEnds() throws Exception {
        final Process child = Launch.of(new ProcessBuilder("cmd", "/c", "exit 3"));
        try (WaitableObject end = WaitableObject.process(child.pid())) {
            assertThat(here.await(AlertableThread.FOR_EVER, end).kind()).isEqualTo(Kind.SIGNALLED);
            assertThat(child.waitFor()).isEqualTo(3);
            assertThatThrownBy(end::signal).isInstanceOf(Win32Exception.class);
        }
    }

    @Test
    void closedDuringAWait() throws Exception {
        final AtomicReference<WaitResult> result = new AtomicReference<>();
        final WaitableObject gone = WaitableObject.event(true);
        final Future<?> waiting = others.submit(() -> {
            try (AlertableThread there = AlertableThread.current()) {
                result.set(there.signalAndAwait(event, 200, gone));
            }
            return null;
        });
        here.await(AlertableThread.FOR_EVER, event);
        gone.close();
        waiting.get();
        assertThat(result.get().kind()).isEqualTo(Kind.TIMEOUT);
        assertThatThrownBy(() -> here.await(0, gone)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void refusesMisuse() throws Exception {
        assertThatThrownBy(() -> here.sleep(-2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> others.submit(() -> here.sleep(0)).get())
                .hasCauseInstanceOf(IllegalStateException.class).hasMessageContaining("itself");
        assertThatThrownBy(() -> WaitableObject.process(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WaitableObject.process(0xffff_fff0L)).isInstanceOf(Win32Exception.class)
                .hasMessageContaining("there is no such process");
        assertThatThrownBy(() -> WaitableObject.ofHandle(0x7000_0000)).isInstanceOf(Win32Exception.class);
        event.close();
        event.close();
        assertThatThrownBy(event::signal).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> here.awaitAny(0, other, event)).isInstanceOf(IllegalStateException.class);
        here.close();
        here.close();
        assertThatThrownBy(() -> here.sleep(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> here.execute(() -> ran.add("too late")))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void closeRunsWhatIsQueued() {
        here.execute(() -> ran.add("last"));
        here.close();
        assertThat(ran).containsExactly("last");
    }

    @Test
    void threadThatHasEndedTakesNothing() throws Exception {
        final AtomicReference<AlertableThread> there = new AtomicReference<>();
        final Thread thread = new Thread(() -> {
            try {
                there.set(AlertableThread.current());
            } catch (final Win32Exception e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        thread.join();
        // Windows may take some time to see the end of a thread that Java has seen.
        for (boolean rejected = false; !rejected;) {
            try {
                there.get().execute(() -> ran.add("never"));
            } catch (final RejectedExecutionException e) {
                rejected = true;
            }
        }
        assertThat(ran).isEmpty();
    }

    @Test
    void nativeCallsBelieveNothing() {
        for (final long key : new long[] {0, 1, -1, Long.MAX_VALUE, here.hashCode()}) {
            assertThat(AlertableThreadNative.queue(key)).isFalse();
            AlertableThreadNative.close(key);
            WaitableObjectNative.close(key);
            assertThat(WaitableObjectNative.signal(key)).isEqualTo(-EngineError.BAD_OBJECT.code());
            assertThat(AlertableThreadNative.await(new long[] {key}, AlertableThreadNative.ANY, 0))
                    .isEqualTo(-EngineError.BAD_OBJECT.code());
            assertThat(AlertableThreadNative.signalAndAwait(key, event.key(), 0))
                    .isEqualTo(-EngineError.BAD_OBJECT.code());
        }
        assertThat(AlertableThreadNative.await(null, AlertableThreadNative.ONE, 0)).isNegative();
        assertThat(AlertableThreadNative.await(new long[65], AlertableThreadNative.ANY, 0)).isNegative();
        assertThat(AlertableThreadNative.await(new long[] {event.key()}, 7, 0)).isNegative();
        assertThat(AlertableThreadNative.await(new long[0], AlertableThreadNative.ALL, 0)).isNegative();
        assertThat(AlertableThreadNative.open(null)).isNegative();
    }

    private void endsByApcOrTime(final Wait wait) throws Exception {
        assertThat(wait.begin(SHORT).kind()).isEqualTo(Kind.TIMEOUT);
        endsByApc(wait);
    }

    /** Ended by an APC that comes before the wait, and by one that comes meanwhile. */
    private void endsByApc(final Wait wait) throws Exception {
        ran.clear();
        here.execute(() -> ran.add("before"));
        final WaitResult first = wait.begin(AlertableThread.FOR_EVER);
        final Future<?> later = others.submit(() -> {
            Thread.sleep(SHORT);
            here.execute(() -> ran.add("meanwhile"));
            return null;
        });
        WaitResult second = first;
        while (!ran.contains("meanwhile")) {
            second = wait.begin(AlertableThread.FOR_EVER);
        }
        later.get();
        assertThat(first.kind()).isEqualTo(Kind.APC);
        assertThat(second.kind()).isEqualTo(Kind.APC);
        assertThat(ran).containsExactly("before", "meanwhile");
    }
}
