package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Echoes messages, and sometimes closes a connection, cancels its own reads, or throws. */
final class SoakServer implements AutoCloseable {
    /** Instances of the pipe that wait for clients. */
    static final int LISTENING = 8;
    /** The longest message that is echoed in one piece. */
    static final int MESSAGE = 512;
    private static final int READS = 4;
    private static final int WRITE_MILLIS = 2_000;

    private final Ledger ledger = new Ledger("server");
    private final CompletionPort port;
    private final NamedPipeServer server;
    private final String pipe;

    SoakServer(final String pipe) throws IOException {
        this.pipe = pipe;
        port = CompletionPort.batchBuilder(this::onCompletions).name("soak-server")
                .exceptionHandler((completion, thrown) -> {
                    if (!(thrown instanceof Whim)) {
                        ledger.fault("the listener has thrown " + thrown);
                    }
                }).open();
        server = open(pipe, LISTENING);
    }

    /** Serves another pipe in the same way. */
    NamedPipeServer open(final String name, final int listening) throws Win32Exception {
        return NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).listening(listening).open();
    }

    CompletionPort port() {
        return port;
    }

    String pipe() {
        return pipe;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Waits until only the waiting instances of the one pipe are left, but not longer than that. */
    boolean awaitQuiet(final Duration timeout) throws InterruptedException {
        final long deadline = System.nanoTime() + timeout.toNanos();
        while (!isQuiet()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        return true;
    }

    private boolean isQuiet() {
        final PortSnapshot now = port.snapshot();
        return now.devices().size() == LISTENING + 1 && now.operationsInFlight() == LISTENING
                && now.operationsAccepted() - now.operationsCompleted() == LISTENING;
    }

    @Override
    public void close() {
        server.close();
        port.close();
    }

    private void onCompletions(final CompletionBatch batch) {
        boolean whim = false;
        for (int i = 0; i < batch.size(); i++) {
            whim |= ThreadLocalRandom.current().nextInt(5_000) == 0;
            try {
                if (batch.opcode(i) == Opcode.ACCEPT) {
                    ledger.acceptCompleted();
                    accepted(batch, i);
                } else {
                    final Ledger.Entry entry = ledger.settle(batch, i);
                    if (entry != null) {
                        goOn((NamedPipe) batch.device(i), entry.slot(), batch.opcode(i), batch.status(i),
                                batch.bytes(i));
                    }
                }
            } catch (final DeviceClosedException hungUp) {
                // We did, on another occasion.
            }
        }
        if (whim) {
            throw new Whim();
        }
    }

    private void accepted(final CompletionBatch batch, final int index) {
        if (batch.status(index) != Win32Error.SUCCESS) {
            return;
        }
        final NamedPipe client = (NamedPipe) batch.device(index);
        // New buffers for each connection: if the library kept them, the census would show it.
        final ByteBuffer[] buffers = new ByteBuffer[READS];
        client.attach(buffers);
        for (int slot = 0; slot < READS; slot++) {
            buffers[slot] = ByteBuffer.allocateDirect(MESSAGE);
            read(client, slot);
        }
    }

    private void goOn(
            final NamedPipe client, final int slot, final Opcode opcode, final int status, final int bytes) {
        final boolean goesOn = status == Win32Error.SUCCESS || status == Win32Error.TIMEOUT
                || status == Win32Error.OPERATION_ABORTED;
        if (!goesOn || ThreadLocalRandom.current().nextInt(2_000) == 0) {
            client.close();
        } else if (opcode == Opcode.READ && status == Win32Error.SUCCESS) {
            ledger.write(client, slot, buffer(client, slot), bytes, WRITE_MILLIS);
        } else {
            read(client, slot);
        }
    }

    private void read(final NamedPipe client, final int slot) {
        final ThreadLocalRandom random = ThreadLocalRandom.current();
        final int timeout = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(1_000);
        final long read = ledger.read(client, slot, buffer(client, slot), timeout);
        if (random.nextInt(100) == 0) {
            client.cancel(read);
        }
    }

    private static ByteBuffer buffer(final NamedPipe client, final int slot) {
        return ((ByteBuffer[]) client.attachment())[slot];
    }

    /** Thrown by the listener for no reason. */
    private static final class Whim extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Whim() {
            super("a whim", null, false, false);
        }
    }
}
