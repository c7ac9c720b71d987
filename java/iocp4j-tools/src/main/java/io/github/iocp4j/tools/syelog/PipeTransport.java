package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeDirection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;

/** A pipe to the daemon, for one thread that waits until each message is in the pipe. */
final class PipeTransport implements SyelogTransport, AutoCloseable {
    /** The time that the protocol's clients wait for a free instance of the pipe. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final CompletionPort port;
    private final NamedPipeClient.Builder client;
    private final Semaphore written = new Semaphore(0);
    private NamedPipe pipe;
    private Win32Exception failure;

    PipeTransport(final String name) throws Win32Exception {
        port = CompletionPort.builder(this::onCompletion).name("logger").workers(1).open();
        try {
            client = NamedPipeClient.builder(port, NamedPipeAddress.ofLocalOrRemote(name))
                    .direction(PipeDirection.OUTBOUND).timeout(PATIENCE);
        } catch (final IllegalArgumentException wrongName) {
            port.close();
            throw wrongName;
        }
    }

    @Override
    public void connect() throws Win32Exception {
        pipe = client.connect();
    }

    @Override
    public void write(final ByteBuffer message) throws Win32Exception {
        pipe.write(message, 0);
        // Ignore interrupts: until the completion the message belongs to the kernel.
        written.acquireUninterruptibly();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void flush() throws Win32Exception {
        pipe.flush();
    }

    @Override
    public void disconnect() {
        pipe.close();
    }

    /** Disconnects, and ends the thread that waits for completions. */
    @Override
    public void close() {
        port.close();
    }

    private void onCompletion(final Completion completion) {
        failure = completion.error();
        written.release();
    }
}
