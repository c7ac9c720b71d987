package io.github.iocp4j.monitoring;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.NamedPipeServer;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PipeMode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;

/**
 * Tells the figures of a port to whoever asks on a named pipe, such as the tool {@code monitor} or a
 * {@link PortMonitorClient}.
 *
 * <p>The pipe is one of messages, for programs of the current user, administrators and SYSTEM on this machine. It is
 * served by a completion port of the monitor's own with one worker, so that it can be asked what hangs when every
 * worker of the port itself does. {@link #MAX_CLIENTS} can be connected at once; who asks nothing for some minutes, or
 * does not take his answer, is hung up on. Each answer is a snapshot; a port that nobody asks about costs nothing.
 *
 * <p>The monitor stays until it is closed, which the port does not do: of a port that is closed it tells just that.
 */
public final class PortMonitor implements AutoCloseable {
    /** How many clients there can be at once; the next one finds the pipe busy. */
    public static final int MAX_CLIENTS = 8;

    /** Of a connection's buffers in the kernel: longer answers go through it in parts, while they are read. */
    private static final int PIPE_BUFFER = 65_536;
    private static final int OPERATIONS = 64;

    private final PortView view;
    private final CompletionPort port;
    private final NamedPipeServer server;

    private PortMonitor(final CompletionPort monitored, final String pipeName) throws Win32Exception {
        view = new PortView(monitored);
        port = CompletionPort.builder(this::onCompletion).name("monitor-of-" + monitored.name())
                .workers(1).concurrency(1).operations(OPERATIONS).open();
        try {
            server = NamedPipeServer.builder(port, pipeName).mode(PipeMode.MESSAGE)
                    .buffers(PIPE_BUFFER, PIPE_BUFFER).listening(2).maxInstances(MAX_CLIENTS).open();
        } catch (final Win32Exception | RuntimeException refused) {
            port.close();
            throw refused;
        }
    }

    /**
     * Begins to serve a port's figures.
     *
     * @param port the port to look at; nothing happens on it for this
     * @param pipeName {@code \\.\pipe\NAME}, or only {@code NAME}
     * @return the monitor, to be closed when nobody shall ask any more
     * @throws Win32Exception {@link Win32Error#ACCESS_DENIED} when somebody serves a pipe of that name already, or
     *     another code of {@link NamedPipeServer.Builder#open}
     * @throws IllegalArgumentException when that cannot be the name of a local pipe
     * @throws io.github.iocp4j.PortClosedException when the port is closed
     */
    public static PortMonitor serve(final CompletionPort port, final String pipeName) throws Win32Exception {
        return new PortMonitor(port, pipeName);
    }

    /**
     * The pipe that is served.
     *
     * @return its full name
     */
    public String pipeName() {
        return server.name();
    }

    /** Hangs up on all clients, and serves the pipe no more. Closing twice is harmless. */
    @Override
    public void close() {
        port.close();
    }

    @Override
    public String toString() {
        return "PortMonitor[" + server.name() + ']';
    }

    private void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.ACCEPT) {
            if (completion.status() == Win32Error.SUCCESS) {
                final NamedPipe pipe = (NamedPipe) completion.device();
                final MonitorConnection connection = new MonitorConnection(pipe, view);
                pipe.attach(connection);
                goOn(connection, connection::listen);
            }
        } else {
            final MonitorConnection connection = (MonitorConnection) completion.device().attachment();
            final Opcode opcode = completion.opcode();
            final int status = completion.status();
            final int bytes = completion.bytes();
            goOn(connection, () -> connection.goOn(opcode, status, bytes));
        }
    }

    /** Whatever a connection runs into ends that connection only. */
    private static void goOn(final MonitorConnection connection, final Step step) {
        try {
            step.take();
        } catch (final IOException | DeviceClosedException leaving) {
            // The client says what no client does, has gone, or is hung up on.
            connection.hangUp();
        } catch (final Throwable thrown) {
            connection.hangUp();
            throw thrown;
        }
    }

    /** What a connection does next. */
    private interface Step {
        void take() throws IOException;
    }
}
