package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.Recorder;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The threads that call the listener are as the documentation of {@link CompletionPort} says. */
@Tag("newer-jvm")
@Timeout(120)
final class WorkerThreadTest {
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

    /** JNI takes names in an encoding of its own: characters of one, two, three and six bytes, and NUL of two. */
    @ParameterizedTest(name = "{index}")
    @ValueSource(strings = {"port", "caf\u00e9", "\u65e5\u672c", "\ud83d\ude80 rocket", "half \ud83d", "a\0b", ""})
    void hasTheNameOfThePortAndItsNumber(final String name) throws Exception {
        try (CompletionPort port = CompletionPort.builder(batch -> see(Thread.currentThread().getName()))
                .name(name).workers(1).open()) {
            port.post(0, 0, 0);

            assertThat(next()).isEqualTo(name + "-worker-0");
        }
    }

    @Test
    void hasTheContextClassLoaderOfTheThreadThatOpenedThePort() throws Exception {
        final Thread self = Thread.currentThread();
        final ClassLoader before = self.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[0], before)) {
            self.setContextClassLoader(loader);
            try (CompletionPort port = open(batch -> see(Thread.currentThread().getContextClassLoader()))) {
                self.setContextClassLoader(before);
                port.post(0, 0, 0);

                assertThat(next()).isSameAs(loader);
            }
        } finally {
            self.setContextClassLoader(before);
        }
    }

    @Test
    void hasNoContextClassLoaderWhereThatThreadHasNone() throws Exception {
        final Thread self = Thread.currentThread();
        final ClassLoader before = self.getContextClassLoader();
        self.setContextClassLoader(null);
        try (CompletionPort port = open(batch -> see(Thread.currentThread().getContextClassLoader()))) {
            port.post(0, 0, 0);

            assertThat(next()).isEqualTo("null");
        } finally {
            self.setContextClassLoader(before);
        }
    }

    @Test
    void keepsWhatAListenerHasSet() throws Exception {
        final ClassLoader platform = ClassLoader.getPlatformClassLoader();
        final BlockingQueue<Object> handled = new LinkedBlockingQueue<>();
        try (CompletionPort port = open(batch -> {
            final Thread worker = Thread.currentThread();
            see(worker.getContextClassLoader());
            worker.setContextClassLoader(platform);
            worker.setUncaughtExceptionHandler((thread, thrown) -> handled.add(thrown.getMessage()));
            throw new IllegalStateException("number " + batch.token(0));
        })) {
            port.post(0, 0, 1);
            port.post(0, 0, 2);
            next();

            assertThat(next()).as("in the next batch").isSameAs(platform);
            assertThat(handled.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo("number 1");
            assertThat(handled.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).isEqualTo("number 2");
        }
    }

    /** An interrupt affects only the listener: the worker itself waits in no interruptible call. */
    @Test
    void goesOnWhenItIsInterrupted() throws Exception {
        try (CompletionPort port = open(batch -> {
            see(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
        })) {
            port.post(0, 0, 0);
            assertThat(next()).isEqualTo(false);
            for (int i = 0; i < 10; i++) {
                port.post(0, 0, 0);
                assertThat(next()).isEqualTo(true);
            }
        }
    }

    private static CompletionPort open(final BatchListener listener) throws Win32Exception {
        return CompletionPort.batchBuilder(listener).workers(1).batch(1).open();
    }

    private void see(final Object object) {
        seen.add(object == null ? "null" : object);
    }

    private Object next() throws InterruptedException {
        return seen.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
