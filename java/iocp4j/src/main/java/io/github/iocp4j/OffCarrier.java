package io.github.iocp4j;

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
 * Native calls that may wait for long. In the midst of a native call a virtual thread keeps its carrier, so that other
 * virtual threads cannot run. Therefore a platform thread makes the call for it, and the virtual thread parks until the
 * call returns. A platform thread makes the call itself; where calls are frequent, the caller asks {@link #isNeeded}
 * first, so that a platform thread makes no lambda for it.
 */
final class OffCarrier {
    private OffCarrier() {
    }

    /** Whether the calling thread is a virtual one. */
    static boolean isNeeded() {
        final Thread thread = Thread.currentThread();
        // Virtual threads are of a class of their own and daemons. Most platform threads, workers among them, are
        // recognized by that, without a method handle, whose first use costs classes and some 100 KB of heap.
        return thread.getClass() != Thread.class && thread.isDaemon() && VirtualThreads.include(thread);
    }

    /**
     * Makes a call and returns its answer. Interrupting the calling thread does not end the call; the thread is still
     * interrupted when this returns.
     */
    static long call(final LongSupplier call) {
        return isNeeded() ? callOnPlatformThread(call) : call.getAsLong();
    }

    private static long callOnPlatformThread(final LongSupplier call) {
        try {
            // join() parks, whatever interrupts it, and restores the thread's interrupt status.
            return CompletableFuture.supplyAsync(call::getAsLong, PlatformThreads.POOL).join();
        } catch (final CompletionException thrown) {
            if (thrown.getCause() instanceof Error) {
                throw (Error) thrown.getCause();
            }
            throw thrown;
        }
    }

    /** What JDK 21 and later know of virtual threads; older ones have none. */
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

    /** Made when the first virtual thread makes such a call. */
    private static final class PlatformThreads {
        private static final int IDLE_SECONDS = 60;
        private static final AtomicInteger STARTED = new AtomicInteger();

        /** Without a limit, because one call may wait for the effect of another. */
        static final Executor POOL = new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS,
                new SynchronousQueue<>(), PlatformThreads::make);

        private PlatformThreads() {
        }

        private static Thread make(final Runnable body) {
            // Inherits nothing of the thread that happens to call first: it would be kept alive.
            final Thread thread = new Thread(null, body, "iocp4j-blocking-" + STARTED.getAndIncrement(), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(null);
            return thread;
        }
    }
}
