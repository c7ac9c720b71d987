package io.github.iocp4j;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;

/**
 * The Java end of the one upcall per batch. Its methods are called by native code only, and let no exception out.
 */
final class CompletionDispatcher {
    private final CompletionPort port;
    /** Null where there is a batch listener. */
    private final CompletionListener listener;
    private final BatchListener batchListener;
    private final CompletionExceptionHandler exceptionHandler;
    /** Of the thread that opens the port: a thread that native code attaches has none of its own. */
    private final ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();

    /** One of the two listeners is null. */
    CompletionDispatcher(
            final CompletionPort port,
            final CompletionListener listener,
            final BatchListener batchListener,
            final CompletionExceptionHandler exceptionHandler) {
        this.port = port;
        this.listener = listener;
        this.batchListener = batchListener;
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
            if (listener != null) {
                deliverEach(batch, count);
            } else {
                deliverAll(batch);
            }
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

    /** The default exception handler: a line that names the completion, then the thread's own handler. */
    static void passOn(final Completion completion, final Throwable thrown) {
        System.getLogger(CompletionDispatcher.class.getPackageName()).log(Level.ERROR, "The listener of "
                + completion.port() + " has thrown " + thrown.getClass().getName() + " at " + completion);
        final Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
    }

    private void deliverEach(final CompletionBatch batch, final int count) {
        for (int i = 0; i < count; i++) {
            try {
                listener.onCompletion(batch.completion(i));
            } catch (final Throwable thrown) {
                handle(batch.completion(i), thrown);
                batch.closeConnection(i);
            }
        }
    }

    private void deliverAll(final CompletionBatch batch) {
        try {
            batchListener.onCompletions(batch);
        } catch (final Throwable thrown) {
            handle(batch.completionLookedAtLast(), thrown);
            // No other code will ever ask for the connections that the listener has not got to.
            batch.closeUntaken();
        }
    }

    private void handle(final Completion completion, final Throwable thrown) {
        try {
            exceptionHandler.onException(completion, thrown);
        } catch (final Throwable again) {
            print(again, thrown);
        }
    }

    /** The handler has failed, too: there is only the console left. */
    private static void print(final Throwable again, final Throwable thrown) {
        try {
            if (again != thrown) {
                again.addSuppressed(thrown);
            }
            again.printStackTrace();
        } catch (final Throwable unprintable) {
            // As where memory is short. The worker must live, and hand over the completions of the other devices.
        }
    }
}
