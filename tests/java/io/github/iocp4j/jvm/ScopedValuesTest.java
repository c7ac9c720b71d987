package io.github.iocp4j.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Scoped values and structured scopes on threads that the JVM has not made, but that have been attached to it. */
@Tag("newer-jvm")
@Timeout(300)
final class ScopedValuesTest {
    private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    private ScopedValues value;

    @BeforeEach
    void assumeThatThereAreSome() throws Exception {
        assumeTrue(ScopedValues.areAvailable(), "JVMs before 21 have no ScopedValue");
        value = new ScopedValues();
    }

    @Test
    void aListenerBindsThemForWhatItCalls() throws Exception {
        try (CompletionPort port = open(completion -> {
            seen.add(value.get());
            value.runWhere(completion.token(), () -> {
                seen.add(value.get());
                value.runWhere("nested", () -> seen.add(value.get()));
                seen.add(value.get());
            });
            seen.add(value.get());
        })) {
            for (long token = 1; token <= 3; token++) {
                port.post(0, 0, token);
                assertThat(next(5)).containsExactly("unbound", token, "nested", token, "unbound");
            }
        }
    }

    @Test
    void whatIsBoundEndsWithTheListenerThatThrows() throws Exception {
        final BlockingQueue<Throwable> handled = new LinkedBlockingQueue<>();
        try (CompletionPort port = open(completion -> {
            seen.add(value.get());
            Thread.currentThread().setUncaughtExceptionHandler((thread, thrown) -> {
                seen.add(value.get());
                handled.add(thrown);
            });
            value.runWhere("bound", () -> {
                throw new IllegalStateException("thrown where it is bound");
            });
        })) {
            for (int i = 0; i < 3; i++) {
                port.post(0, 0, 0);
                assertThat(next(2)).containsExactly("unbound", "unbound");
                assertThat(handled.take()).hasMessage("thrown where it is bound");
            }
        }
    }

    /** As with any thread that is not forked in a structured scope. */
    @Test
    void workersDoNotInheritThoseOfTheThreadThatOpensThePort() throws Exception {
        final CompletableFuture<CompletionPort> opened = new CompletableFuture<>();
        value.runWhere("opener", () -> {
            try {
                opened.complete(open(completion -> seen.add(value.get())));
            } catch (final Exception e) {
                opened.completeExceptionally(e);
            }
        });
        try (CompletionPort port = opened.get()) {
            value.runWhere("poster", () -> post(port));
            assertThat(next(1)).containsExactly("unbound");
        }
    }

    /** Structured scopes are a preview still. */
    @Test
    void scopesOfTasksThatDoPipeInputAndOutputEnd() throws Exception {
        final List<String> options = new ArrayList<>(ChildJvm.nativeAccess());
        options.addAll(List.of("--enable-preview", "-Xcheck:jni", "-cp", System.getProperty("java.class.path"),
                StructuredScopeProbe.class.getName()));

        final ChildJvm jvm = ChildJvm.run(options);

        assertThat(jvm.output().lines()).as(jvm.toString()).containsExactly(
                "scope of the main thread: " + StructuredScopeProbe.TASKS + " echoes",
                "scope of a worker: [task 0 of bound by the listener, task 1 of bound by the listener]",
                "closed");
        assertThat(jvm.exitCode()).isZero();
    }

    private CompletionPort open(final CompletionListener listener) throws Exception {
        return CompletionPort.builder(listener).workers(1).batch(1).open();
    }

    private static void post(final CompletionPort port) {
        try {
            port.post(0, 0, 0);
        } catch (final Win32Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<Object> next(final int count) throws InterruptedException {
        final List<Object> next = new ArrayList<>();
        while (next.size() < count) {
            next.add(seen.take());
        }
        return next;
    }
}
