package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A call on a thread of its own that waits, in a park or in the kernel. */
final class Waiting<T> {
    private final FutureTask<T> call;
    private final Thread thread;

    private Waiting(final Callable<T> call) {
        this.call = new FutureTask<>(call);
        thread = new Thread(this.call, "waiting");
        thread.setDaemon(true);
    }

    /** Starts a call, and returns when it waits. */
    static <T> Waiting<T> enter(final Callable<T> call) throws InterruptedException {
        final Waiting<T> entered = new Waiting<>(call);
        entered.thread.start();
        while (!entered.waits() && !entered.call.isDone()) {
            Thread.sleep(1);
        }
        assertThat(entered.call.isDone()).as("it waits").isFalse();
        return entered;
    }

    void interrupt() {
        thread.interrupt();
    }

    T get() throws Exception {
        return call.get();
    }

    /** What the call throws. */
    Throwable thrown() throws InterruptedException {
        try {
            call.get();
        } catch (final ExecutionException thrown) {
            return thrown.getCause();
        }
        throw new AssertionError("It has returned");
    }

    private boolean waits() {
        final Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING
                || state == Thread.State.RUNNABLE && readsInTheKernel();
    }

    private boolean readsInTheKernel() {
        final StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].getMethodName().equals("readAndWait");
    }
}
