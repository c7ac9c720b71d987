package io.github.iocp4j;

import io.github.iocp4j.internal.PortNative;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits in Java for the end of a port or device, so that a virtual thread parks. */
final class Ending {
    private Ending() {
    }

    /**
     * Waits until native code has completed the future. A thread on which the end may depend does not wait. An
     * interrupt does not end the wait; the thread is still interrupted afterwards.
     *
     * @return whether the port or device has ended
     */
    static boolean await(final CompletableFuture<Void> ended, final int milliseconds) {
        if (milliseconds == 0 || ended.isDone() || !PortNative.mayWait()) {
            return ended.isDone();
        }
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        boolean interrupted = false;
        while (true) {
            try {
                ended.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                break;
            } catch (final InterruptedException atLast) {
                interrupted = true;
            } catch (final TimeoutException late) {
                break;
            } catch (final ExecutionException impossible) {
                throw new AssertionError(impossible);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return ended.isDone();
    }
}
