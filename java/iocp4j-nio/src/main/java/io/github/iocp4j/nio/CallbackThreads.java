package io.github.iocp4j.nio;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinPool.ForkJoinWorkerThreadFactory;
import java.util.concurrent.ForkJoinWorkerThread;

/**
 * The threads that complete futures, and so run their dependent actions. The workers of a port do not run code of
 * programs, because code that blocks would keep the other completions of the worker's batch from their owners.
 */
final class CallbackThreads {
    /** So many actions may block at once; a {@code CompletableFuture.join} in an action does not count. */
    private static final int MAX_THREADS = 256;

    static final ForkJoinPool POOL =
            OwnPermissions.call(() -> new ForkJoinPool(MAX_THREADS, named(), null, true));

    private CallbackThreads() {
    }

    private static ForkJoinWorkerThreadFactory named() {
        return pool -> {
            final ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(pool);
            thread.setName("iocp4j-nio-callback-" + thread.getPoolIndex());
            return thread;
        };
    }
}
