package io.github.iocp4j;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.CompletableFuture;

/** Virtual threads, of which the Java that these tests are compiled for knows nothing. */
final class VirtualThreads {
    private static final int FIRST_JAVA = 21;

    private VirtualThreads() {
    }

    /** What such a thread does. */
    interface Step {
        void take() throws Exception;
    }

    /** Skips a test in a JVM without them. */
    static void assumeAny() {
        final int java = Runtime.version().feature();
        assumeTrue(java >= FIRST_JAVA, "Java " + java + " has no virtual threads: Java " + FIRST_JAVA + " has");
    }

    /** Starts one; the future completes with its end, and with what it throws. */
    static CompletableFuture<Void> start(final Step step) throws ReflectiveOperationException {
        final CompletableFuture<Void> end = new CompletableFuture<>();
        final Runnable body = () -> {
            try {
                step.take();
                end.complete(null);
            } catch (final Throwable thrown) {
                end.completeExceptionally(thrown);
            }
        };
        Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, body);
        return end;
    }
}
