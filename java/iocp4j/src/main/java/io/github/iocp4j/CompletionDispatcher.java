package io.github.iocp4j;

import java.nio.ByteBuffer;

/**
 * The Java end of the one upcall per batch. Its methods are called by native code only, and let no exception out.
 */
final class CompletionDispatcher {
    private final CompletionPort port;
    private final CompletionListener listener;
    private final Thread.UncaughtExceptionHandler exceptionHandler;
    /** Of the thread that opens the port: a thread that native code attaches has none of its own. */
    private final ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

    CompletionDispatcher(
            final CompletionPort port,
            final CompletionListener listener,
            final Thread.UncaughtExceptionHandler exceptionHandler) {
        this.port = port;
        this.listener = listener;
        this.exceptionHandler = exceptionHandler;
    }

    /** Called once by each worker as it starts: the batch that looks at the worker's memory for records. */
    CompletionBatch openBatch(final int worker, final ByteBuffer records) {
        Thread.currentThread().setContextClassLoader(contextClassLoader);
        return new CompletionBatch(port, worker, records);
    }

    /** Called by a worker when {@code count} records lie in its memory. */
    void deliver(final CompletionBatch batch, final int count) {
        batch.fill(count);
        try {
            listener.onCompletions(batch);
        } catch (final Throwable thrown) {
            // Nobody else will ever ask for those connections that the listener has not got to.
            batch.closeUnclaimed();
            handle(thrown);
        } finally {
            batch.clear();
        }
    }

    /** Called when nothing more can come from a device, by whichever thread has seen to its last operation. */
    void deviceClosed(final long key) {
        port.forget(key);
    }

    /** Called once, when the port and all that belongs to it is gone, by the thread that has seen to its end. */
    void portClosed() {
        port.end();
    }

    private void handle(final Throwable thrown) {
        try {
            exceptionHandler.uncaughtException(Thread.currentThread(), thrown);
        } catch (final Throwable again) {
            // The handler has failed too. There is nobody left to tell but the console, and the worker must live.
            if (again != thrown) {
                again.addSuppressed(thrown);
            }
            again.printStackTrace();
        }
    }
}
