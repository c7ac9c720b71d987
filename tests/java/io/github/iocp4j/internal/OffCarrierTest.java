package io.github.iocp4j.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.device.AlertableThread;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.VirtualThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that makes a blocking call, and the result of the call. */
@Tag("newer-jvm")
@Timeout(120)
final class OffCarrierTest {
    @Test
    void platformThreadMakesItItself() throws Exception {
        assertThat(OffCarrier.call(OffCarrierTest::self)).isEqualTo(self());
        assertThat(OffCarrier.isNeeded()).isFalse();
        final CompletableFuture<Boolean> daemon = new CompletableFuture<>();
        final Thread thread = new Thread(() -> daemon.complete(OffCarrier.call(OffCarrierTest::self) == self()));
        thread.setDaemon(true);
        thread.start();
        assertThat(daemon.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void virtualThreadHasItMadeByADaemon() throws Exception {
        VirtualThreads.assumeAny();
        final AtomicReference<Thread> caller = new AtomicReference<>();

        await(VirtualThreads.start(() -> assertThat(OffCarrier.call(() -> {
            caller.set(Thread.currentThread());
            return 42;
        })).isEqualTo(42)));

        assertThat(caller.get().getName()).startsWith("iocp4j-blocking-");
        assertThat(caller.get().isDaemon()).isTrue();
        assertThat(caller.get().getContextClassLoader()).as("keeps no application").isNull();
    }

    @Test
    void virtualThreadIsThrownWhatTheCallThrows() throws Exception {
        VirtualThreads.assumeAny();
        final Error error = new OutOfMemoryError("native memory");

        await(VirtualThreads.start(() -> assertThatThrownBy(() -> OffCarrier.call(() -> {
            throw error;
        })).isSameAs(error)));
    }

    @Test
    void virtualThreadIsNotOpenedForApcs() throws Exception {
        VirtualThreads.assumeAny();

        await(VirtualThreads.start(() -> assertThatThrownBy(AlertableThread::current)
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("platform thread")));
    }

    private static long self() {
        return System.identityHashCode(Thread.currentThread());
    }

    private static void await(final CompletableFuture<Void> end) throws Exception {
        end.get(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
