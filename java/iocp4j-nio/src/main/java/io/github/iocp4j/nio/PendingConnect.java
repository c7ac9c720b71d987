package io.github.iocp4j.nio;

import io.github.iocp4j.Completion;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The connect of a socket, in flight, and the thread that waits for it. */
final class PendingConnect {
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

    /** Waits until the pipe is connected, on the thread that has created this object. */
    void await(final NamedPipeAddress address) throws IOException {
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
            throw failure(address);
        }
    }

    private IOException failure(final NamedPipeAddress address) {
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
