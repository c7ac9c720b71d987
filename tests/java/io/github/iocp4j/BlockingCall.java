package io.github.iocp4j;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A call that blocks in native code, on a thread of its own. */
final class BlockingCall<T> {
    private final FutureTask<T> call;
    private final Thread thread;

    private BlockingCall(final Callable<T> call) {
        this.call = new FutureTask<>(call);
        thread = new Thread(this.call, "blocking-call");
        thread.setDaemon(true);
    }

    /**
     * Starts a call, and returns when it has come to a native method; or when it is over, if that never blocks.
     *
     * @param natives the class of the native method
     */
    static <T> BlockingCall<T> enter(final Class<?> natives, final Callable<T> call) throws InterruptedException {
        final BlockingCall<T> entered = new BlockingCall<>(call);
        entered.thread.start();
        while (!entered.isOver() && !entered.isIn(natives)) {
            Thread.sleep(1);
        }
        return entered;
    }

    boolean isOver() {
        return call.isDone();
    }

    /** Waits for the end; throws what the call has thrown, as a cause. */
    T get() throws InterruptedException, ExecutionException {
        return call.get();
    }

    private boolean isIn(final Class<?> natives) {
        final StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].isNativeMethod() && stack[0].getClassName().equals(natives.getName());
    }
}
