package io.github.iocp4j.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Makes native calls that may wait for long. A virtual thread is pinned to its carrier during a native call, so that
 * other virtual threads cannot run there. Therefore a platform thread makes the call for it, and the virtual thread
 * parks until the call returns. A platform thread makes the call itself. On frequent paths the caller checks
 * {@link #isNeeded} first, so that a platform thread creates no lambda.
 */
public final class OffCarrier {
    private OffCarrier() {
    }

    /** Whether the calling thread is a virtual one. */
    public static boolean isNeeded() {
        final Thread thread = Thread.currentThread();
        // Virtual threads have their own class and are daemons. Most platform threads, workers among them, are
        // recognized by that, without a method handle, whose first use costs classes and some 100 KB of heap.
        return thread.getClass() != Thread.class && thread.isDaemon() && VirtualThreads.include(thread);
    }

    /**
     * Makes a call and returns its result. An interrupt does not end the call; the thread is still interrupted when
     * this returns.
     */
    public static long call(final LongSupplier call) {
        return isNeeded() ? callOnPlatformThread(call) : call.getAsLong();
    }

    private static long callOnPlatformThread(final LongSupplier call) {
        try {
            // join() parks, ignores interrupts, and restores the thread's interrupt status.
            return CompletableFuture.supplyAsync(call::getAsLong, PlatformThreads.POOL).join();
        } catch (final CompletionException thrown) {
            if (thrown.getCause() instanceof Error) {
                throw (Error) thrown.getCause();
            }
            throw thrown;
        }
    }

    /** Access to virtual threads, which JDK 21 and later have. */
    private static final class VirtualThreads {
        private static final MethodHandle IS_VIRTUAL = find();

        private VirtualThreads() {
        }

        static boolean include(final Thread thread) {
            if (IS_VIRTUAL == null) {
                return false;
            }
            try {
                return (boolean) IS_VIRTUAL.invokeExact(thread);
            } catch (final Throwable impossible) {
                throw new AssertionError(impossible);
            }
        }

        private static MethodHandle find() {
            try {
                return MethodHandles.publicLookup()
                        .findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
            } catch (final NoSuchMethodException | IllegalAccessException older) {
                return null;
            }
        }
    }

    /** Created when the first virtual thread makes such a call. */
    private static final class PlatformThreads {
        private static final int IDLE_SECONDS = 60;
        private static final AtomicInteger STARTED = new AtomicInteger();

        /** Unbounded, because one call may wait for the effect of another. */
        static final Executor POOL = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
                new SynchronousQueue<>(), PlatformThreads::make);

        private PlatformThreads() {
        }

        private static Thread make(final Runnable body) {
            // Inherits nothing from the thread that calls first, because that would stay reachable.
            final Thread thread = new Thread(null, body, "iocp4j-blocking-" + STARTED.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        }
    }
}
