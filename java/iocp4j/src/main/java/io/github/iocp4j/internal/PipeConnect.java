package io.github.iocp4j.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits in Java for the result of a connect, so that a virtual thread parks. */
public final class PipeConnect {
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private int error;
    private int last;

    /**
     * Called once by native code, on any thread.
     *
     * @param result the Win32 error, 0 for success
     * @param attempt the error of the last attempt
     */
    void connected(final int result, final int attempt) {
        error = result;
        last = attempt;
        over.complete(null);
    }

    /**
     * Waits for the result.
     *
     * @return whether the connect is over
     * @throws InterruptedException when the thread is interrupted before that
     */
    public boolean await(final int milliseconds) throws InterruptedException {
        try {
            over.get(milliseconds, TimeUnit.MILLISECONDS);
            return true;
        } catch (final TimeoutException late) {
            return false;
        } catch (final ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Waits for the result of a connect that is being cancelled. */
    public void await() {
        over.join();
    }

    /** The Win32 error, once the connect is over. */
    public int error() {
        return error;
    }

    /** The error of the last attempt, once the connect is over. */
    public int last() {
        return last;
    }
}
