package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing that a listener or a handler throws reaches native code. */
final class CompletionDispatcherTest {
    private final List<Throwable> handled = new ArrayList<>();
    private final CompletionExceptionHandler handler = (completion, thrown) -> handled.add(thrown);

    @Test
    void handsTheListenerAFullBatchAndTakesItBack() {
        final List<Integer> sizes = new ArrayList<>();
        final List<CompletionBatch> batches = new ArrayList<>();
        deliver(batch -> {
            sizes.add(batch.size());
            batches.add(batch);
        }, handler);

        assertThat(sizes).containsExactly(2);
        assertThat(batches.get(0).size()).isZero();
        assertThat(handled).isEmpty();
    }

    @Test
    void passesTheListenersExceptionToTheHandler() {
        final Throwable thrown = new StackOverflowError("any Throwable");
        final List<CompletionBatch> batches = new ArrayList<>();

        deliver(batch -> {
            batches.add(batch);
            throw (Error) thrown;
        }, handler);

        assertThat(handled).containsExactly(thrown);
        assertThat(batches.get(0).size()).as("taken back all the same").isZero();
    }

    @Test
    void survivesAHandlerThatThrowsToo() {
        assertThat(printedBy(() -> deliver(
                batch -> {
                    throw new IllegalStateException("the listener");
                },
                (completion, thrown) -> {
                    throw new IllegalStateException("the handler");
                }))).contains("the handler", "the listener");
    }

    @Test
    void survivesAHandlerThatThrowsTheSameAgain() {
        assertThat(printedBy(() -> deliver(
                batch -> {
                    throw new IllegalStateException("the listener");
                },
                (completion, thrown) -> {
                    throw (RuntimeException) thrown;
                }))).contains("the listener");
    }

    /** Returns what the action prints to {@link System#err}. */
    private static String printedBy(final Runnable action) {
        final PrintStream console = System.err;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true));
        try {
            action.run();
        } finally {
            System.setErr(console);
        }
        return printed.toString();
    }

    @Test
    void passesTheLossOfThePortToTheHandler() {
        final List<PortLostException> losses = new ArrayList<>();
        dispatcher(batch -> { }, new CompletionExceptionHandler() {
            @Override
            public void onException(final Completion completion, final Throwable thrown) {
                handled.add(thrown);
            }

            @Override
            public void onPortLost(final CompletionPort port, final PortLostException lost) {
                losses.add(lost);
            }
        }).portLost(735);

        assertThat(losses).singleElement().satisfies(lost -> assertThat(lost).hasMessageContaining("error 735"));
        assertThat(handled).isEmpty();
    }

    @Test
    void logsByDefaultThatThePortIsLost() {
        assertThatCode(() -> dispatcher(batch -> { }, handler).portLost(6)).doesNotThrowAnyException();
        assertThat(handled).as("it is not the listener's").isEmpty();
    }

    @Test
    void survivesAHandlerThatThrowsWhereThePortIsLost() {
        assertThat(printedBy(() -> dispatcher(batch -> { }, new CompletionExceptionHandler() {
            @Override
            public void onException(final Completion completion, final Throwable thrown) {
                handled.add(thrown);
            }

            @Override
            public void onPortLost(final CompletionPort port, final PortLostException lost) {
                throw new IllegalStateException("the handler");
            }
        }).portLost(6))).contains("the handler", "is lost");
    }

    private static CompletionDispatcher dispatcher(
            final BatchListener listener, final CompletionExceptionHandler handler) {
        return new CompletionDispatcher(null, null, listener, handler);
    }

    private static void deliver(final BatchListener listener, final CompletionExceptionHandler handler) {
        final CompletionDispatcher dispatcher = dispatcher(listener, handler);
        final CompletionBatch batch = dispatcher.openBatch(0, ByteBuffer.allocateDirect(4 * 32));
        dispatcher.deliver(batch, 2);
    }
}
