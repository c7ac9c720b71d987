package io.github.iocp4j.monitoring;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Reads snapshots from a {@link PortMonitor}, usually one in another program.
 *
 * <p>One thread at a time may use it. It has its own polled completion port, so that all its I/O happens on the calling
 * thread. A malformed response is an {@link IOException}.
 */
public final class PortMonitorClient implements AutoCloseable {
    private static final int BUFFER = 65_536;
    private static final Duration RESPONSE = Duration.ofSeconds(10);
    private static final Duration BUSY = Duration.ofSeconds(10);

    private final ByteBuffer request = ByteBuffer.allocateDirect(MonitorProtocol.REQUEST_LENGTH);
    private final CompletionPort port;
    private final CompletionPoller poller;
    private final NamedPipe pipe;
    private ByteBuffer response = ByteBuffer.allocateDirect(BUFFER);
    private boolean completed;
    private int status;
    private int bytes;

    private PortMonitorClient(final String pipeName) throws Win32Exception {
        port = CompletionPort.builder(this::onCompletion).name("monitor-client").polled().operations(2).open();
        try {
            poller = port.openPoller();
            pipe = NamedPipeClient.builder(port, pipeName).mode(PipeMode.MESSAGE).timeout(BUSY).connect();
        } catch (final Win32Exception | RuntimeException refused) {
            port.close();
            throw refused;
        }
    }

    /**
     * Connects to a monitor.
     *
     * @param pipeName {@code \\.\pipe\NAME}, or only {@code NAME}
     * @return the connection
     * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when there is no such pipe, {@link Win32Error#PIPE_BUSY}
     *     when the monitor has its maximum number of clients for ten seconds, {@link Win32Error#INVALID_PARAMETER} when
     *     the pipe is not in message mode, and therefore not a monitor's, or another code of
     *     {@link NamedPipeClient.Builder#connect}
     * @throws IllegalArgumentException when the name is not valid for a pipe
     */
    public static PortMonitorClient connect(final String pipeName) throws Win32Exception {
        return new PortMonitorClient(pipeName);
    }

    /**
     * Requests a snapshot and waits for it.
     *
     * @return a snapshot of the monitored port, taken now
     * @throws Win32Exception when the monitor has gone or has disconnected ({@link Win32Error#BROKEN_PIPE},
     *     {@link Win32Error#PIPE_NOT_CONNECTED}, {@link Win32Error#NO_DATA}, {@link Win32Error#BAD_PIPE}), or has not
     *     responded in ten seconds ({@link Win32Error#TIMEOUT})
     * @throws IOException when the response is malformed or of another version
     * @throws io.github.iocp4j.DeviceClosedException when this client is closed
     */
    public PortSnapshot ask() throws IOException {
        MonitorProtocol.putRequest(request);
        response.clear();
        pipe.transact(request, response, RESPONSE, 0);
        int length = 0;
        while (await("TransactNamedPipe on ") == Win32Error.MORE_DATA) {
            length += bytes;
            makeRoom(length);
            pipe.read(response.clear().position(length), RESPONSE, 0);
        }
        length += bytes;
        try {
            return MonitorProtocol.snapshot(response.clear().limit(length));
        } catch (final IOException wrong) {
            throw notUnderstood(wrong.getMessage(), wrong);
        }
    }

    /**
     * The monitor's pipe.
     *
     * @return its full name
     */
    public String pipeName() {
        return pipe.name();
    }

    /** Disconnects. Closing twice is harmless. */
    @Override
    public void close() {
        port.close();
    }

    /** Waits for the operation in flight and returns its status. */
    private int await(final String call) throws Win32Exception {
        completed = false;
        while (!completed) {
            poller.poll();
        }
        if (status != Win32Error.SUCCESS && status != Win32Error.MORE_DATA) {
            throw new Win32Exception(call + pipe.name(), status);
        }
        return status;
    }

    @Override
    public String toString() {
        return "PortMonitorClient[" + pipe.name() + ']';
    }

    private void onCompletion(final Completion completion) {
        // There is one operation in flight at most.
        completed = true;
        status = completion.status();
        bytes = completion.bytes();
    }

    private void makeRoom(final int length) throws IOException {
        if (length < response.capacity()) {
            return;
        }
        if (length >= MonitorProtocol.MAX_RESPONSE) {
            throw notUnderstood("it is longer than any response can be", null);
        }
        final ByteBuffer larger = ByteBuffer.allocateDirect(2 * response.capacity());
        larger.put(response.position(0).limit(length)).clear();
        response = larger;
    }

    private IOException notUnderstood(final String why, final Throwable cause) {
        return new IOException(pipe.name() + " sends no valid response of a PortMonitor: " + why, cause);
    }
}
