package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.tools.Delivery;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** A pipe to the daemon, for one thread that waits until each message is in the pipe. */
final class PipeTransport implements SyelogTransport, AutoCloseable {
    /** The time that the protocol's clients wait for a free instance of the pipe. */
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** How long a flush may take to return after the daemon has gone. */
    private static final long FLUSH_SECONDS = 10;

    private final CompletionPort port;
    private final NamedPipeClient.Builder client;
    private final Semaphore written = new Semaphore(0);
    private final ExecutorService flusher = Executors.newSingleThreadExecutor(PipeTransport::daemonThread);
    private NamedPipe pipe;
    private Delivery delivery;
    private Win32Exception failure;

    PipeTransport(final String name) throws Win32Exception {
        port = CompletionPort.builder(this::onCompletion).name("logger").workers(1).open();
        try {
            client = NamedPipeClient.builder(port, NamedPipeAddress.ofLocalOrRemote(name))
                    .direction(PipeDirection.OUTBOUND).timeout(TIMEOUT);
        } catch (final IllegalArgumentException wrongName) {
            port.close();
            throw wrongName;
        }
    }

    @Override
    public void connect() throws Win32Exception {
        pipe = client.connect();
        delivery = Delivery.byFlushes(this::flushPipe, 1);
        delivery.rehearse();
    }

    @Override
    public void write(final ByteBuffer message) throws Win32Exception {
        pipe.write(message, 0);
        // Ignore interrupts: until the completion the message belongs to the kernel.
        written.acquireUninterruptibly();
        if (failure != null) {
            throw failure;
        }
        delivery.written(1);
    }

    @Override
    public void confirm() {
        final Delivery current = delivery;
        final long begun = current.begin();
        if (begun > 0) {
            flusher.execute(() -> confirm(current, begun));
        }
    }

    /** An end that only writes cannot query whether the daemon has left before the flush. */
    private boolean flushPipe() throws Win32Exception {
        pipe.flush();
        return true;
    }

    private static void confirm(final Delivery current, final long begun) {
        try {
            current.confirm(begun);
        } catch (final Win32Exception left) {
            // The delivery keeps it for flush(), and the messages remain unconfirmed for disconnect().
        }
    }

    @Override
    public void flush() throws Win32Exception {
        boolean interrupted = false;
        try {
            for (;;) {
                try {
                    delivery.finish();
                    return;
                } catch (final InterruptedException later) {
                    interrupted = true;
                }
            }
        } finally {
            restore(interrupted);
        }
    }

    @Override
    public long disconnect() {
        try {
            delivery.awaitFlushes(FLUSH_SECONDS);
        } catch (final InterruptedException impatient) {
            restore(true);
        }
        pipe.close();
        return delivery.unconfirmed();
    }

    /** Disconnects, and ends the threads. */
    @Override
    public void close() {
        port.close();
        flusher.shutdown();
    }

    private static void restore(final boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemonThread(final Runnable task) {
        final Thread thread = new Thread(task, "flush");
        thread.setDaemon(true);
        return thread;
    }

    private void onCompletion(final Completion completion) {
        failure = completion.error();
        written.release();
    }
}
