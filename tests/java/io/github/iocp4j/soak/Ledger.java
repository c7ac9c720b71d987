package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.StreamDevice;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.internal.raw.RawOperations;
import io.github.iocp4j.pipe.ChildProcess;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.BufferList;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Every operation from its start to its completion, under a unique token. A completion with an unknown token has come
 * twice, or belongs to no accepted operation.
 */
final class Ledger {
    private static final int FAULTS_TOLD = 10;

    private final String side;
    private final AtomicLong lastToken = new AtomicLong();
    private final ConcurrentMap<Long, Entry> open = new ConcurrentHashMap<>();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder completed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder accepts = new LongAdder();
    private final ConcurrentMap<Integer, LongAdder> byStatus = new ConcurrentHashMap<>();
    private final LongAdder faults = new LongAdder();

    Ledger(final String side) {
        this.side = side;
    }

    /** An operation in flight. */
    static final class Entry {
        private final Device device;
        private final Opcode opcode;
        private final int slot;

        Entry(final Device device, final Opcode opcode, final int slot) {
            this.device = device;
            this.opcode = opcode;
            this.slot = slot;
        }

        /** Which of the connection's buffers it uses. */
        int slot() {
            return slot;
        }
    }

    /** Starts an operation, without a deadline when that is 0. */
    private interface Start {
        long with(long token);
    }

    long read(final StreamDevice device, final int slot, final ByteBuffer buffer, final int timeoutMillis) {
        buffer.clear();
        return start(new Entry(device, Opcode.READ, slot), token -> timeoutMillis == 0
                ? device.read(buffer, token) : device.read(buffer, Duration.ofMillis(timeoutMillis), token));
    }

    long write(
            final StreamDevice device, final int slot, final ByteBuffer buffer, final int length,
            final int timeoutMillis) {
        buffer.clear().limit(length);
        return start(new Entry(device, Opcode.WRITE, slot), token -> timeoutMillis == 0
                ? device.write(buffer, token) : device.write(buffer, Duration.ofMillis(timeoutMillis), token));
    }

    /** Reads into memory that the caller keeps until the completion. */
    long readRaw(
            final StreamDevice device, final int slot, final long address, final int length,
            final int timeoutMillis) {
        return start(new Entry(device, Opcode.READ, slot),
                token -> RawOperations.read(device, address, length, timeoutMillis, token));
    }

    long scatter(final StreamSocket socket, final BufferList buffers, final int timeoutMillis) {
        return start(new Entry(socket, Opcode.READ, 0), token -> timeoutMillis == 0
                ? socket.readInto(buffers, token)
                : socket.readInto(buffers, Duration.ofMillis(timeoutMillis), token));
    }

    long gather(final StreamSocket socket, final BufferList buffers) {
        return start(new Entry(socket, Opcode.WRITE, 0), token -> socket.writeFrom(buffers, token));
    }

    /** Asks a server that accepts on demand for one connection. */
    long accept(final SocketServer server, final int timeoutMillis) {
        return start(new Entry(server, Opcode.ACCEPT, 0), token -> timeoutMillis == 0
                ? server.accept(token) : server.accept(Duration.ofMillis(timeoutMillis), token));
    }

    long accept(final NamedPipeServer server, final int timeoutMillis) {
        return start(new Entry(server, Opcode.ACCEPT, 0), token -> timeoutMillis == 0
                ? server.accept(token) : server.accept(Duration.ofMillis(timeoutMillis), token));
    }

    long connect(final StreamSocket socket, final SocketAddress address) {
        return start(new Entry(socket, Opcode.CONNECT, 0), token -> socket.connect(address, token));
    }

    /** Starts a connect, whose device exists only when the call has returned. */
    NamedPipe connect(final NamedPipeClient.Builder builder) {
        final NamedPipe[] made = new NamedPipe[1];
        start(new Entry(null, Opcode.CONNECT, 0), token -> {
            made[0] = builder.connect(token);
            return made[0].key();
        });
        return made[0];
    }

    long awaitExit(final ChildProcess child, final int killAfterMillis) {
        return start(new Entry(child, Opcode.WAIT, 0), token -> killAfterMillis == 0
                ? child.awaitExit(token) : child.awaitExitOrKill(Duration.ofMillis(killAfterMillis), token));
    }

    private long start(final Entry entry, final Start start) {
        final Long token = lastToken.incrementAndGet();
        // Before the call, because the completion may come before it returns.
        open.put(token, entry);
        final long operation;
        try {
            operation = start.with(token);
        } catch (final RuntimeException refusal) {
            refused.increment();
            if (open.remove(token) == null) {
                fault("an operation was refused and has completed: " + entry.opcode + ", " + refusal);
            }
            throw refusal;
        }
        accepted.increment();
        return operation;
    }

    /** Removes and returns the operation of a completion; null when there is none. */
    Entry settle(final CompletionBatch batch, final int index) {
        completed.increment();
        final int status = batch.status(index);
        byStatus.computeIfAbsent(status, code -> new LongAdder()).increment();
        final Entry entry = open.remove(batch.token(index));
        if (entry == null) {
            fault("an unexpected completion: " + batch.opcode(index) + ", status " + status + ", token "
                    + batch.token(index));
        } else if (entry.opcode != batch.opcode(index)
                || entry.device != null
                && (entry.device.key() == batch.key(index)) == isConnection(batch, index)) {
            fault("a completion of " + batch.opcode(index) + " on " + Long.toHexString(batch.key(index)) + " for "
                    + entry.opcode + " on " + entry.device);
        }
        return entry;
    }

    /** Whether the key in the record is that of a new connection. */
    private static boolean isConnection(final CompletionBatch batch, final int index) {
        return batch.opcode(index) == Opcode.ACCEPT && batch.status(index) == Win32Error.SUCCESS;
    }

    /** Counts a connection; a server begins to wait for those by itself, so there is no token to check. */
    void acceptCompleted() {
        accepts.increment();
    }

    /** Counts an error, and prints the first ones at once, because a soak that hangs after them prints nothing else. */
    void fault(final String what) {
        faults.increment();
        if (faults.sum() <= FAULTS_TOLD) {
            System.out.println(side + ": " + what);
        }
    }

    /** The number of completions that the listener has received, including connections. */
    long completions() {
        return completed.sum() + accepts.sum();
    }

    /** Prints what is open or wrong, and returns whether nothing is. Call it when everything should be closed. */
    boolean balances() {
        final int lost = open.size();
        final long more = accepted.sum() - completed.sum();
        final boolean fine = lost == 0 && more == 0 && faults.sum() == 0;
        if (!fine) {
            System.out.println(side + ": " + lost + " completions lost, " + more + " more accepted than completed, "
                    + faults.sum() + " faults");
            open.values().stream().limit(FAULTS_TOLD)
                    .forEach(entry -> System.out.println("  lost: " + entry.opcode + " on " + entry.device));
        }
        return fine;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(side + ": " + accepted + " accepted, " + completed
                + " completed, " + accepts + " connections, " + refused + " refused; by kind:");
        for (final Map.Entry<Integer, LongAdder> entry : new TreeMap<>(byStatus).entrySet()) {
            text.append(' ').append(name(entry.getKey())).append(' ').append(entry.getValue()).append(',');
        }
        text.setLength(text.length() - 1);
        return text.toString();
    }

    private static String name(final int status) {
        switch (status) {
            case Win32Error.SUCCESS:
                return "success";
            case Win32Error.BROKEN_PIPE:
                return "peer gone (109)";
            case Win32Error.HANDLES_CLOSED:
                return "closed (676)";
            case Win32Error.OPERATION_ABORTED:
                return "cancelled (995)";
            case Win32Error.TIMEOUT:
                return "timed out (1460)";
            default:
                return "error " + status;
        }
    }
}
