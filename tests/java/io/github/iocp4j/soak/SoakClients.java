package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.NamedPipeClient;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PipeMode;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Clients on a port of their own. Each says something, waits for the echo, and decides anew: talk on, stall, cancel,
 * vanish with something in flight. One that has vanished comes back under another connection.
 */
final class SoakClients implements AutoCloseable {
    private static final int MESSAGE = 256;

    private final String pipe;
    private final CompletionPort port;
    private final BlockingQueue<ByteBuffer> outside = new LinkedBlockingQueue<>();
    private final Thread doorman = new Thread(this::letIn, "soak-doorman");
    private final LongAdder stalls = new LongAdder();
    private final LongAdder cancels = new LongAdder();
    private final LongAdder comings = new LongAdder();
    private final LongAdder lostEchoes = new LongAdder();
    private volatile boolean closing;

    SoakClients(final String pipe, final int count) throws IOException {
        this.pipe = pipe;
        port = CompletionPort.builder(this::onCompletions).name("soak-clients").open();
        for (int i = 0; i < count; i++) {
            outside.add(ByteBuffer.allocateDirect(MESSAGE));
        }
        doorman.start();
    }

    long operations() {
        return port.snapshot().operationsCompleted();
    }

    @Override
    public void close() throws InterruptedException {
        closing = true;
        doorman.interrupt();
        doorman.join();
        port.close();
    }

    @Override
    public String toString() {
        return comings + " connections, " + stalls + " stalls, " + cancels + " cancels, " + lostEchoes + " echoes lost";
    }

    /** Connecting blocks, so it is not for the port's workers. */
    private void letIn() {
        while (!closing) {
            try {
                final ByteBuffer buffer = outside.take();
                enter(buffer);
            } catch (final InterruptedException e) {
                return;
            }
        }
    }

    private void enter(final ByteBuffer buffer) throws InterruptedException {
        try {
            final NamedPipe connection = NamedPipeClient.builder(port, pipe).mode(PipeMode.MESSAGE)
                    .timeout(Duration.ofSeconds(30)).connect();
            comings.increment();
            connection.attach(buffer);
            say(connection, buffer);
        } catch (final Win32Exception busy) {
            outside.put(buffer);
        }
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            final NamedPipe connection = (NamedPipe) batch.device(i);
            final ByteBuffer buffer = (ByteBuffer) connection.attachment();
            boolean stays = false;
            try {
                stays = goOn(connection, buffer, batch.opcode(i), batch.status(i));
            } catch (final DeviceClosedException e) {
                // Everything is being closed.
            } finally {
                if (!stays) {
                    connection.close();
                    outside.add(buffer);
                }
            }
        }
    }

    /** Answers whether an operation of this connection is in flight again. There is never more than one. */
    private boolean goOn(
            final NamedPipe connection, final ByteBuffer buffer, final Opcode opcode, final int status) {
        final ThreadLocalRandom random = ThreadLocalRandom.current();
        switch (status) {
            case Win32Error.SUCCESS:
                break;
            case Win32Error.TIMEOUT:
            case Win32Error.OPERATION_ABORTED:
                lostEchoes.increment();
                say(connection, buffer);
                return true;
            default:
                return false;
        }
        if (random.nextInt(1_000) == 0) {
            return false;
        }
        if (opcode == Opcode.READ) {
            say(connection, buffer);
            return true;
        }
        final boolean stall = random.nextInt(200) == 0;
        final long read = connection.read(buffer, 0, MESSAGE, 0, stall ? 1 : 3_000);
        if (stall) {
            stalls.increment();
        } else if (random.nextInt(50) == 0) {
            cancels.increment();
            connection.cancel(read);
        }
        return true;
    }

    private static void say(final NamedPipe connection, final ByteBuffer buffer) {
        connection.write(buffer, 0, 1 + ThreadLocalRandom.current().nextInt(MESSAGE), 0, 3_000);
    }
}
