package io.github.iocp4j.nio;

import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The clients of a server socket that are connected and wait for an accept, and the threads that wait for a client.
 *
 * <p>The native server connects clients before they are accepted, instead of one for each call of accept
 * ({@link io.github.iocp4j.pipe.NamedPipeServer#accept}), for two reasons. Between two such calls a client would find
 * the pipe busy, and many programs that open a pipe do not wait then, so that a burst would lose them; a TCP socket has
 * its backlog for the same purpose. And an accept fails at the limit of instances, and nothing says when to try again.
 */
final class Backlog {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Used with the lock only.
    private final Queue<NamedPipe> waiting = new ArrayDeque<>();
    private int limit;

    private volatile boolean closed;

    /** Sets how many clients may wait, before the first comes. */
    void limit(final int clients) {
        lock.lock();
        try {
            limit = clients;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a client, on a worker; returns false, and leaves the client to the caller, when there is no place. */
    boolean offer(final NamedPipe pipe) {
        lock.lock();
        try {
            if (closed || waiting.size() >= limit) {
                return false;
            }
            waiting.add(pipe);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a client.
     *
     * @param milliseconds 0 for no limit
     */
    NamedPipe take(final int milliseconds, final NamedPipeAddress address) throws IOException {
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(milliseconds);
            while (true) {
                if (closed) {
                    throw PipeSocket.closedException();
                }
                if (!waiting.isEmpty()) {
                    return waiting.remove();
                }
                if (milliseconds > 0 && left <= 0) {
                    throw new SocketTimeoutException("Accept timed out");
                }
                if (milliseconds > 0) {
                    left = changed.awaitNanos(left);
                } else {
                    changed.await();
                }
            }
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for a client of " + address);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends all waits and closes the clients that wait.
     *
     * @param timeout how long to wait for the end of each client's connection
     */
    void close(final Duration timeout) {
        final NamedPipe[] unaccepted;
        lock.lock();
        try {
            closed = true;
            unaccepted = waiting.toArray(new NamedPipe[0]);
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        // Without the lock, which the listener needs.
        for (final NamedPipe pipe : unaccepted) {
            pipe.close(timeout);
        }
    }

    boolean isClosed() {
        return closed;
    }
}
