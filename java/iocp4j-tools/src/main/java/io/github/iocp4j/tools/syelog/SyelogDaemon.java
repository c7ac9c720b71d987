package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Serves a pipe and writes its clients' messages, until it is asked to end.
 *
 * <p>The life of a connection: its accept starts a read; each read's completion writes the message and starts the next
 * read; a completion that starts no read ends the connection. No client can end more than its own connection.
 */
final class SyelogDaemon implements CompletionListener {
    /** The kernel's buffer of each connection. */
    static final int PIPE_BUFFER = 65_536;

    // The kernel's sizes are not exact.
    private static final int DRAIN_BYTES = 2 * PIPE_BUFFER;
    private static final long DRAIN_MILLIS = 10_000;
    private static final long POLL_MILLIS = 5;

    private final SyelogLog log;
    private final SyelogDaemonStatistics statistics;
    private final MessagePool messages = new MessagePool();
    private final Set<SyelogConnection> connections = ConcurrentHashMap.newKeySet();
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile boolean leaveAtNextClose;
    private volatile boolean stopped;
    private volatile boolean leaving;

    SyelogDaemon(final SyelogLog log, final SyelogDaemonStatistics statistics, final boolean leaveAtFirstClose) {
        this.log = log;
        this.statistics = statistics;
        this.leaveAtNextClose = leaveAtFirstClose;
    }

    /** Asks the daemon to end, on behalf of its user. Never blocks, even if the daemon is blocked. */
    void stop() {
        stopped = true;
        asked.countDown();
    }

    /** Waits until the daemon is asked to end. */
    void awaitLeave() throws InterruptedException {
        asked.await();
    }

    /**
     * Refuses further clients, reads what connected clients have written, and closes their connections.
     *
     * <p>A read that can be cancelled has found its pipe empty. Therefore each connection is read until a read is
     * cancelled, or until more was read than the pipe can hold, in case a client never stops writing. The time limit is
     * for unexpected failures.
     *
     * @return whether all connections were closed; the last messages of others are not read
     */
    boolean leave(final NamedPipeServer server) throws InterruptedException {
        return leave(server, DRAIN_MILLIS);
    }

    boolean leave(final NamedPipeServer server, final long drainMillis) throws InterruptedException {
        leaving = true;
        if (stopped) {
            log.notice(Severity.INFORMATION, "User requested stop.");
        }
        server.close();
        connections.forEach(connection -> connection.pipe().cancelAll());
        return awaitNoDevices(server.port(), drainMillis);
    }

    /** Asks the port, because it also knows connections whose accept was not delivered yet. */
    private static boolean awaitNoDevices(final CompletionPort port, final long millis) throws InterruptedException {
        final long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!port.snapshot().devices().isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    @Override
    public void onCompletion(final Completion completion) {
        final MessageAllocation allocation = statistics.allocation(completion.worker());
        if (completion.status() == Win32Error.SUCCESS && completion.opcode() == Opcode.READ) {
            allocation.message();
        } else {
            allocation.interrupt();
        }
        try {
            if (completion.opcode() == Opcode.ACCEPT) {
                accepted(completion);
            } else {
                received((SyelogConnection) completion.device().attachment(), completion.status(), completion.bytes());
            }
        } catch (final Throwable thrown) {
            statistics.failed();
            log.notice(Severity.ERROR, "A connection is lost: " + thrown);
        }
    }

    private void accepted(final Completion completion) {
        if (completion.status() == Win32Error.SUCCESS) {
            readOn(admit((NamedPipe) completion.device()));
        } else if (!leaving) {
            log.notice(Severity.ERROR, "Could not accept a client: " + completion.error().getMessage());
        }
    }

    private SyelogConnection admit(final NamedPipe pipe) {
        try {
            final SyelogConnection connection = new SyelogConnection(pipe, messages.take());
            pipe.attach(connection);
            connections.add(connection);
            statistics.connected();
            return connection;
        } catch (final Throwable outOfMemory) {
            pipe.close();
            throw outOfMemory;
        }
    }

    private void received(final SyelogConnection connection, final int status, final int bytes) {
        boolean goOn = false;
        try {
            goOn = take(connection, status, bytes);
        } finally {
            if (!goOn) {
                end(connection);
            }
        }
        if (goOn) {
            readOn(connection);
        }
    }

    private void readOn(final SyelogConnection connection) {
        final NamedPipe pipe = connection.pipe();
        final long operation;
        try {
            operation = connection.read();
        } catch (final Throwable refused) {
            end(connection);
            throw refused;
        }
        // From here on another worker may handle the connection.
        if (leaving) {
            pipe.cancel(operation);
        }
    }

    /** Returns whether the connection goes on. */
    private boolean take(final SyelogConnection connection, final int status, final int bytes) {
        switch (status) {
            case Win32Error.SUCCESS:
                if (connection.isDiscarding()) {
                    connection.discard(bytes);
                    reject(connection, Rejection.OVERSIZE, connection.endDiscarding());
                } else {
                    write(connection, bytes);
                }
                return goesOn(connection, bytes);
            case Win32Error.MORE_DATA:
                connection.discard(bytes);
                return goesOn(connection, bytes);
            case Win32Error.BROKEN_PIPE:
                if (connection.isDiscarding()) {
                    reject(connection, Rejection.OVERSIZE, connection.endDiscarding());
                }
                return false;
            case Win32Error.OPERATION_ABORTED:
            case Win32Error.HANDLES_CLOSED:
                // leave() or the close of the port has ended the connection. Reads have no deadline, so that a TIMEOUT
                // is an error like any other.
                return false;
            default:
                statistics.failed();
                log.notice(Severity.ERROR, "Lost process " + connection.pipe().peerProcessId() + ": "
                        + new Win32Exception("ReadFile", status).getMessage());
                return false;
        }
    }

    private boolean goesOn(final SyelogConnection connection, final int bytes) {
        return !leaving || connection.drain(bytes) < DRAIN_BYTES;
    }

    private void write(final SyelogConnection connection, final int length) {
        final SyelogMessage message = connection.message();
        final Rejection flaw = message.receive(length);
        if (flaw == null) {
            log.message(message);
            statistics.written(length);
        } else {
            reject(connection, flaw, length);
        }
        if (message.asksToTerminate() && !leaveAtNextClose) {
            log.notice(Severity.NOTICE, "Client requested terminate on next connection close.");
            leaveAtNextClose = true;
        }
    }

    private void reject(final SyelogConnection connection, final Rejection reason, final long length) {
        statistics.rejected(reason);
        log.notice(Severity.WARNING, "Rejected " + length + " bytes from process "
                + connection.pipe().peerProcessId() + ": " + reason + ".");
    }

    /** Closes a connection that has no operation in flight. */
    private void end(final SyelogConnection connection) {
        connection.pipe().close();
        messages.give(connection.message());
        connections.remove(connection);
        if (!leaving) {
            log.notice(Severity.INFORMATION, "Client closed pipe.");
        }
        if (leaveAtNextClose) {
            asked.countDown();
        }
    }
}
