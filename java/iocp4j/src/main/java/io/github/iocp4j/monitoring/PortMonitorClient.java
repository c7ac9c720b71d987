package io.github.iocp4j.monitoring;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.NamedPipeClient;
import io.github.iocp4j.PipeMode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Asks a {@link PortMonitor} in another program, or this one, for the figures of its port.
 *
 * <p>It is for one thread at a time, on which all its I/O happens: it has a completion port of its own, without
 * workers. What comes from the pipe is believed only as far as it makes sense.
 */
public final class PortMonitorClient implements AutoCloseable {
    private static final int BUFFER = 65_536;
    private static final int ANSWER_MILLIS = 10_000;
    private static final Duration BUSY = Duration.ofSeconds(10);

    private final ByteBuffer question = ByteBuffer.allocateDirect(MonitorProtocol.QUESTION_LENGTH);
    private final CompletionPort port;
    private final CompletionPoller poller;
    private final NamedPipe pipe;
    private ByteBuffer answer = ByteBuffer.allocateDirect(BUFFER);
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
     * @throws Win32Exception {@link Win32Error#FILE_NOT_FOUND} when nobody serves the pipe,
     *     {@link Win32Error#PIPE_BUSY} when for ten seconds the monitor has as many clients as it can,
     *     {@link Win32Error#INVALID_PARAMETER} when the pipe is none of messages and so no monitor's, or another code
     *     of {@link NamedPipeClient.Builder#connect}
     * @throws IllegalArgumentException when that cannot be the name of a pipe
     */
    public static PortMonitorClient connect(final String pipeName) throws Win32Exception {
        return new PortMonitorClient(pipeName);
    }

    /**
     * Asks, and waits for the answer.
     *
     * @return the figures of the monitored port as they are now
     * @throws Win32Exception when the monitor has gone or has hung up ({@link Win32Error#BROKEN_PIPE},
     *     {@link Win32Error#PIPE_NOT_CONNECTED}, {@link Win32Error#NO_DATA}, {@link Win32Error#BAD_PIPE}), or has not
     *     answered in ten seconds ({@link Win32Error#TIMEOUT})
     * @throws IOException when what came is no answer of a monitor's, or of one with another version
     * @throws io.github.iocp4j.DeviceClosedException when this client is closed
     */
    public PortFigures ask() throws IOException {
        MonitorProtocol.putQuestion(question);
        answer.clear();
        pipe.transact(question, answer, 0, ANSWER_MILLIS);
        int length = 0;
        while (await("TransactNamedPipe on ") == Win32Error.MORE_DATA) {
            length += bytes;
            makeRoom(length);
            pipe.read(answer, length, answer.capacity() - length, 0, ANSWER_MILLIS);
        }
        length += bytes;
        try {
            return MonitorProtocol.figures(answer.limit(length));
        } catch (final IOException wrong) {
            throw notUnderstood(wrong.getMessage(), wrong);
        }
    }

    /**
     * The pipe that is asked.
     *
     * @return its full name
     */
    public String pipeName() {
        return pipe.name();
    }

    /** Hangs up. Closing twice is harmless. */
    @Override
    public void close() {
        port.close();
    }

    /** Waits for the one operation in flight, and answers its status. */
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
        // Whatever is told is of the only operation there is.
        completed = true;
        status = completion.status();
        bytes = completion.bytes();
    }

    private void makeRoom(final int length) throws IOException {
        if (length < answer.capacity()) {
            return;
        }
        if (length >= MonitorProtocol.MAX_ANSWER) {
            throw notUnderstood("it is longer than any answer is", null);
        }
        final ByteBuffer larger = ByteBuffer.allocateDirect(2 * answer.capacity());
        larger.put(answer.position(0).limit(length)).clear();
        answer = larger;
    }

    private IOException notUnderstood(final String why, final Throwable cause) {
        return new IOException("What comes from " + pipe.name() + " is not understood: " + why, cause);
    }
}
