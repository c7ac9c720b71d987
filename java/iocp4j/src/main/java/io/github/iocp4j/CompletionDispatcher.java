package io.github.iocp4j;

import io.github.iocp4j.internal.CompletionReceiver;
import io.github.iocp4j.internal.Printable;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The Java end of the one upcall per batch. Its methods are called by native code only, and let no exception out.
 */
final class CompletionDispatcher extends CompletionReceiver {
    private final CompletionPort port;
    /** Null when the port has a batch listener. */
    private final CompletionListener listener;
    private final BatchListener batchListener;
    /** Null for {@link #passOn}. */
    private final CompletionExceptionHandler exceptionHandler;
    /** That of the thread that opens the port: a thread that native code attaches has none of its own. */
    private final ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();
    /** 0 or 1. No AtomicBoolean, for which a JVM that starts loads dozens of classes. */
    private final AtomicInteger warningsOfUnasked = new AtomicInteger();

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

    CompletionListener listener() {
        return listener;
    }

    /** Called once by each worker when it starts: creates the batch over the worker's memory for records. */
    @Override
    public CompletionBatch openBatch(final int worker, final ByteBuffer records) {
        Thread.currentThread().setContextClassLoader(contextClassLoader);
        return new CompletionBatch(port, worker, records);
    }

    /** Called by a worker when its memory has {@code count} records. */
    @Override
    public void deliver(final CompletionBatch batch, final int count) {
        batch.fill(count);
        try {
            if (listener != null) {
                deliverEach(batch, count);
            } else {
                deliverAll(batch, count);
            }
        } finally {
            batch.clear();
        }
    }

    /** Called once, by a worker or a poll to which Windows has said by that error that the port's handle is closed. */
    @Override
    public void portLost(final int error) {
        final PortLostException lost = new PortLostException(port + " is lost: other code has closed the handle of its"
                + " kernel object (error " + error + "). Nothing that is in flight on it completes. Close it and open"
                + " another one");
        try {
            handler().onPortLost(port, lost);
        } catch (final Throwable again) {
            print(again, lost);
        }
    }

    /** Called after a device's last completion, by the thread that has finished its last operation. */
    @Override
    public void deviceClosed(final long key) {
        port.forget(key);
    }

    /** Called once, when the port and everything that belongs to it is closed, by the thread that has closed it. */
    @Override
    public void portClosed() {
        port.end();
    }

    /** The default exception handler: a line that names the completion, then the thread's own handler. */
    static void passOn(final Completion completion, final Throwable thrown) {
        log(Level.ERROR, "The listener of " + completion.port() + " has thrown " + thrown.getClass().getName() + " at "
                + completion);
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
                continue;
            }
            if (batch.isUnasked(i)) {
                closeUnasked(batch, i);
            }
        }
    }

    private void deliverAll(final CompletionBatch batch, final int count) {
        try {
            batchListener.onCompletions(batch);
        } catch (final Throwable thrown) {
            handle(batch.completionLookedAtLast(), thrown);
            // No other code knows of the connections that the listener has not handled.
            batch.closeUntaken();
            return;
        }
        for (int i = 0; i < count; i++) {
            if (batch.isUnasked(i)) {
                closeUnasked(batch, i);
            }
        }
    }

    /** No other code knows the key of such a connection, so that it would stay open for ever. */
    private void closeUnasked(final CompletionBatch batch, final int index) {
        try {
            warnOfUnasked(batch.connectionName(index));
        } catch (final Throwable thrown) {
            print(thrown, thrown);
        }
        batch.closeConnection(index);
    }

    private void warnOfUnasked(final String name) {
        // Without a name it is closed already, as when the port is being closed.
        if (!name.isEmpty() && warningsOfUnasked.compareAndSet(0, 1)) {
            log(Level.WARNING, "The listener of " + port + " has returned from an ACCEPT on " + Printable.of(name)
                    + " without asking for the connection, which is therefore closed. Call device() of each ACCEPT that"
                    + " has succeeded (detached() if the server was built so), if only to close it. This port logs no"
                    + " more of these warnings");
        }
    }

    private void handle(final Completion completion, final Throwable thrown) {
        try {
            handler().onException(completion, thrown);
        } catch (final Throwable again) {
            print(again, thrown);
        }
    }

    /** Not made before it is needed, because a method reference costs a program a hundred classes. */
    private CompletionExceptionHandler handler() {
        return exceptionHandler != null ? exceptionHandler : CompletionDispatcher::passOn;
    }

    private static void log(final Level level, final String message) {
        System.getLogger(CompletionDispatcher.class.getPackageName()).log(level, message);
    }

    /** The handler has failed, too: there is only the console left. */
    private static void print(final Throwable again, final Throwable thrown) {
        try {
            if (again != thrown) {
                again.addSuppressed(thrown);
            }
            again.printStackTrace();
        } catch (final Throwable unprintable) {
            // For example out of memory. The worker must go on and deliver the completions of the other devices.
        }
    }
}
