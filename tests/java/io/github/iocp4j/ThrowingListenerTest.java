package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.LoggedLines;
import io.github.iocp4j.fixtures.Recorder;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that throws, and the handler of its exceptions. */
@Tag("newer-jvm")
@Timeout(120)
final class ThrowingListenerTest {
    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, OutOfMemoryError.class, ThreadDeath.class})
    void survivesWhateverTheListenerThrows(final Class<? extends Throwable> type) throws Exception {
        final BlockingQueue<Throwable> handled = new ArrayBlockingQueue<>(100);
        final BlockingQueue<Thread> threads = new ArrayBlockingQueue<>(100);
        final CompletionListener listener = completion -> {
            recorder.onCompletion(completion);
            if (completion.token() < 10) {
                throw ThrowingListenerTest.<RuntimeException>sneaky(type);
            }
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1)
                .exceptionHandler((completion, thrown) -> {
                    threads.add(Thread.currentThread());
                    handled.add(thrown);
                }).open()) {
            for (int i = 0; i < 20; i++) {
                port.post(0, 0, i);
            }

            final Thread worker = recorder.next(20).get(0).thread;
            assertThat(handled).hasSize(10).allMatch(type::isInstance);
            assertThat(threads).containsOnly(worker);
        }
    }

    @Test
    void survivesAListenerThatRecursForEver() throws Exception {
        final BlockingQueue<Throwable> handled = new ArrayBlockingQueue<>(100);
        final CompletionListener listener = completion -> {
            if (completion.token() == 0) {
                recur(1);
            }
            recorder.onCompletion(completion);
        };
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1)
                .exceptionHandler((completion, thrown) -> handled.add(thrown)).open()) {
            port.post(0, 0, 0);
            port.post(0, 0, 1);

            assertThat(recorder.next().token).isEqualTo(1);
            assertThat(handled).hasSize(1).allMatch(StackOverflowError.class::isInstance);
        }
    }

    @Test
    void survivesAHandlerThatThrowsAsWell() throws Exception {
        final CompletionListener listener = completion -> {
            recorder.onCompletion(completion);
            throw new IllegalStateException("the listener");
        };
        final PrintStream console = System.err;
        System.setErr(new PrintStream(new ByteArrayOutputStream()));
        try (CompletionPort port = CompletionPort.builder(listener).workers(1).batch(1)
                .exceptionHandler((completion, thrown) -> {
                    throw (RuntimeException) thrown;
                }).open()) {
            for (int i = 0; i < 10; i++) {
                port.post(0, 0, i);
            }

            assertThat(recorder.nextByToken(10)).hasSize(10);
        } finally {
            System.setErr(console);
        }
    }

    @Test
    void callsTheThreadsHandlerByDefault() throws Exception {
        final BlockingQueue<Throwable> handled = new ArrayBlockingQueue<>(10);
        final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> handled.add(thrown));
        final CompletionPort port = CompletionPort.open(completion -> {
            throw new IllegalStateException("the listener");
        });
        try (LoggedLines logged = new LoggedLines()) {
            port.post(0, 0, 5);

            assertThat(handled.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS)).hasMessage("the listener");
            assertThat(logged.lines).containsExactly("The listener of CompletionPort[iocp4j] has thrown"
                    + " java.lang.IllegalStateException at POST, token 5: 0 bytes");
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
            port.close();
        }
    }

    private static void recur(final int depth) {
        recur(depth + 1);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(final Class<? extends Throwable> type) throws T {
        try {
            throw (T) type.getDeclaredConstructor().newInstance();
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
