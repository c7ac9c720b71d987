package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import io.github.iocp4j.pipe.NamedPipeClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The connect of a socket, in flight, and the thread that waits for it. */
final class PendingConnect {
    /** Without a limit: 24 days. */
    private static final int LONGEST_MILLISECONDS = Integer.MAX_VALUE;
    private static final long CONNECT = 0;

    private final PipeSocket socket;
    private final Thread waiter = Thread.currentThread();
    private volatile boolean done;
    /** Written before {@link #done}, and read after that. */
    private int status;

    PendingConnect(final PipeSocket socket) {
        this.socket = socket;
    }

    /** Takes the completion, on a worker. */
    void completed(final Completion completion) {
        status = completion.status();
        done = true;
        wake();
    }

    /** Wakes the thread, so that it sees that the socket is closed. */
    void wake() {
        LockSupport.unpark(waiter);
    }

    /**
     * Connects, on the thread that has created this object, and waits.
     *
     * @param milliseconds 0 for no limit
     * @return the connected pipe, without an attachment
     */
    NamedPipe connect(final CompletionPort port, final NamedPipeAddress target, final int milliseconds)
            throws IOException {
        final int limit = milliseconds == 0 ? LONGEST_MILLISECONDS : milliseconds;
        final NamedPipe pipe;
        try {
            pipe = NamedPipeClient.builder(port, target).timeout(Duration.ofMillis(limit)).attach(this)
                    .connect(CONNECT);
        } catch (final IllegalStateException refusal) {
            throw port.isOpen() ? new IOException(refusal.getMessage(), refusal) : PipeSocket.closedException();
        }
        boolean connected = false;
        try {
            await(target);
            pipe.completeInline();
            pipe.attach(null);
            connected = true;
            return pipe;
        } catch (final DeviceClosedException portClosed) {
            throw PipeSocket.closedException();
        } finally {
            if (!connected) {
                pipe.close(Duration.ZERO);
            }
        }
    }

    private void await(final NamedPipeAddress address) throws IOException {
        while (!done && !socket.isClosed()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("Interrupted while connecting to " + address);
            }
            LockSupport.park(this);
        }
        if (socket.isClosed()) {
            throw PipeSocket.closedException();
        }
        if (status != Win32Error.SUCCESS) {
            throw failure(status, address);
        }
    }

    /** Why there is no connection to a pipe. */
    static IOException failure(final int status, final NamedPipeAddress address) {
        final Win32Exception cause = new Win32Exception("CreateFile " + address, status);
        final IOException failure;
        switch (status) {
            case Win32Error.FILE_NOT_FOUND:
                failure = new ConnectException("There is no server for the pipe " + address);
                break;
            case Win32Error.TIMEOUT:
                failure = new SocketTimeoutException("Connect timed out: all instances of " + address + " are busy");
                break;
            case Win32Error.HANDLES_CLOSED:
                // The port of the socket was closed.
                failure = PipeSocket.closedException();
                break;
            default:
                return cause;
        }
        failure.initCause(cause);
        return failure;
    }
}
