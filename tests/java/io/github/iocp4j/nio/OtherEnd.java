package io.github.iocp4j.nio;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** What the other end of a connection does meanwhile, on a thread of its own. */
final class OtherEnd {
    private OtherEnd() {
    }

    static <T> CompletableFuture<T> run(final Callable<T> call) {
        final CompletableFuture<T> result = new CompletableFuture<>();
        new Thread(() -> {
            try {
                result.complete(call.call());
            } catch (final Throwable thrown) {
                result.completeExceptionally(thrown);
            }
        }, "other-end").start();
        return result;
    }
}
