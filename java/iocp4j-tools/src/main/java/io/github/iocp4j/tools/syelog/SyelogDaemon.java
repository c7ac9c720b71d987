package io.github.iocp4j.tools.syelog;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.NamedPipeServer;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.util.concurrent.CountDownLatch;

/**
 * Serves a pipe and writes what its clients send, until somebody asks it to leave.
 *
 * <p>The life of a connection: its accept starts a read; each read's completion writes the message and starts the next
 * read; the one that starts no other ends the connection. Nothing that one client does ends more than that.
 */
final class SyelogDaemon implements CompletionListener {
    private static final long DRAIN_MILLIS = 2_000;

    private final SyelogLog log;
    private final SyelogDaemonStatistics statistics;
    private final MessagePool messages = new MessagePool();
    private final OpenConnections connections = new OpenConnections();
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile boolean leaveAtNextClose;
    private volatile boolean leaving;

    SyelogDaemon(final SyelogLog log, final SyelogDaemonStatistics statistics, final boolean leaveAtFirstClose) {
        this.log = log;
        this.statistics = statistics;
        this.leaveAtNextClose = leaveAtFirstClose;
    }

    /** Asks the daemon to leave, on behalf of its user. */
    void stop() {
        log.notice(Severity.INFORMATION, "User requested stop.");
        asked.countDown();
    }

    /** Waits until somebody has asked the daemon to leave. */
    void awaitLeave() throws InterruptedException {
        asked.await();
    }

    /**
     * Lets no more clients in, reads what those who are here have written already, and parts from them.
     *
     * <p>A read that can be cancelled has found its pipe empty. So each connection is read until a cancelled read tells
     * that nothing is left, however busy the machine is; only a client that writes on and on meets the time limit.
     */
    void leave(final NamedPipeServer server) throws InterruptedException {
        leaving = true;
        server.close();
        connections.cancelReads();
        connections.awaitNone(DRAIN_MILLIS);
    }

    @Override
    public void onCompletions(final CompletionBatch batch) {
        statistics.onWorker(batch.worker());
        for (int i = 0; i < batch.size(); i++) {
            try {
                if (batch.opcode(i) == Opcode.ACCEPT) {
                    accepted(batch, i);
                } else {
                    received((SyelogConnection) batch.device(i).attachment(), batch.status(i), batch.bytes(i));
                }
            } catch (final Throwable thrown) {
                // The rest of the batch belongs to other clients.
                statistics.failed();
                log.notice(Severity.ERROR, "A connection is lost: " + thrown);
            }
        }
    }

    private void accepted(final CompletionBatch batch, final int index) {
        if (batch.status(index) == Win32Error.SUCCESS) {
            readOn(admit((NamedPipe) batch.device(index)));
        } else if (!leaving) {
            log.notice(Severity.ERROR, "Could not accept a client: " + batch.error(index).getMessage());
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
        // From here on another worker may be at work with the connection.
        if (leaving) {
            pipe.cancel(operation);
        }
    }

    /** Answers whether the connection goes on. */
    private boolean take(final SyelogConnection connection, final int status, final int bytes) {
        switch (status) {
            case Win32Error.SUCCESS:
                if (connection.isDiscarding()) {
                    connection.discard(bytes);
                    reject(connection, Rejection.OVERSIZE, connection.endDiscarding());
                } else {
                    write(connection, bytes);
                }
                return true;
            case Win32Error.MORE_DATA:
                connection.discard(bytes);
                return true;
            case Win32Error.BROKEN_PIPE:
                if (connection.isDiscarding()) {
                    reject(connection, Rejection.OVERSIZE, connection.endDiscarding());
                }
                return false;
            case Win32Error.OPERATION_ABORTED:
                return false;
            default:
                statistics.failed();
                log.notice(Severity.ERROR, "Lost process " + connection.pipe().peerProcessId() + ": "
                        + new Win32Exception("ReadFile", status).getMessage());
                return false;
        }
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

    /** Parts from a client, when nothing is in flight any more. */
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
