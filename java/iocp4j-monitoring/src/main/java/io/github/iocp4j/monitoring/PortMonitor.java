package io.github.iocp4j.monitoring;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;

/**
 * Serves snapshots of a port on a named pipe. Its clients are the tool {@code monitor} and
 * {@link PortMonitorClient}.
 *
 * <p>The pipe is in message mode. Programs of the current user, administrators and SYSTEM on this machine can connect.
 * The monitor has its own completion port with one worker, so that it responds even when every worker of the monitored
 * port is blocked. Up to {@link #MAX_CLIENTS} clients can be connected at the same time. A client that sends no request
 * for five minutes, or does not read a response, is disconnected. The monitor takes a snapshot only for a request.
 *
 * <p>The monitor runs until it is closed; closing the port does not end it. A snapshot of a closed port has the state
 * {@link io.github.iocp4j.PortState#CLOSED}.
 */
public final class PortMonitor implements AutoCloseable {
    /** How many clients there can be at once; the next one finds the pipe busy. */
    public static final int MAX_CLIENTS = 8;

    /** Size of a connection's buffers in the kernel; a longer response passes in parts while the client reads. */
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
     * Begins to serve snapshots of a port.
     *
     * @param port the port; the monitor starts no operation on it
     * @param pipeName {@code \\.\pipe\NAME}, or only {@code NAME}
     * @return the monitor; close it to end the service
     * @throws Win32Exception {@link Win32Error#ACCESS_DENIED} when another server has that pipe name, or
     *     another code of {@link NamedPipeServer.Builder#open}
     * @throws IllegalArgumentException when the name is not valid for a local pipe
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

    /** Disconnects all clients and closes the pipe. Closing twice is harmless. */
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
                goOn(connection, connection::readRequest);
            }
        } else {
            final MonitorConnection connection = (MonitorConnection) completion.device().attachment();
            final Opcode opcode = completion.opcode();
            final int status = completion.status();
            final int bytes = completion.bytes();
            goOn(connection, () -> connection.goOn(opcode, status, bytes));
        }
    }

    /** A failure of one connection ends that connection only. */
    private static void goOn(final MonitorConnection connection, final Step step) {
        try {
            step.take();
        } catch (final IOException | DeviceClosedException leaving) {
            // The request is malformed, the client has gone, or the monitor is closing.
            connection.disconnect();
        } catch (final Throwable thrown) {
            connection.disconnect();
            throw thrown;
        }
    }

    /** What a connection does next. */
    private interface Step {
        void take() throws IOException;
    }
}
