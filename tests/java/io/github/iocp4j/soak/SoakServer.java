package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.NamedPipe;
import io.github.iocp4j.NamedPipeServer;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PipeMode;
import io.github.iocp4j.Win32Error;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Echoes messages, and now and then behaves badly: hangs up, cancels its own reads, throws. */
final class SoakServer implements AutoCloseable {
    private static final int LISTENING = 8;
    private static final int MESSAGE = 4_200;

    private final CompletionPort port;
    private final NamedPipeServer server;
    private final String pipe;

    SoakServer(final String pipe) throws IOException {
        this.pipe = pipe;
        port = CompletionPort.builder(this::onCompletions).name("soak-server")
                .exceptionHandler((thread, thrown) -> {
                    if (!(thrown instanceof Whim)) {
                        thrown.printStackTrace();
                    }
                }).open();
        server = NamedPipeServer.builder(port, pipe).mode(PipeMode.MESSAGE).listening(LISTENING).open();
    }

    CompletionPort port() {
        return port;
    }

    String pipe() {
        return pipe;
    }

    /** Waits until every connection is gone and every operation is over; for ever if that does not come. */
    void awaitQuiet() throws InterruptedException {
        while (!Soak.isQuiet(port, LISTENING)) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        server.close();
        port.close();
    }

    private void onCompletions(final CompletionBatch batch) {
        boolean whim = false;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) == Opcode.ACCEPT && batch.status(i) != Win32Error.SUCCESS) {
                continue;
            }
            final NamedPipe client = (NamedPipe) batch.device(i);
            try {
                goOn(client, batch.opcode(i), batch.status(i), batch.bytes(i));
            } catch (final DeviceClosedException hungUp) {
                // We did, on another occasion.
            }
            whim |= ThreadLocalRandom.current().nextInt(5_000) == 0;
        }
        if (whim) {
            throw new Whim();
        }
    }

    private static void goOn(final NamedPipe client, final Opcode opcode, final int status, final int bytes) {
        final ThreadLocalRandom random = ThreadLocalRandom.current();
        if (opcode == Opcode.ACCEPT) {
            client.attach(ByteBuffer.allocateDirect(MESSAGE));
        } else if (status != Win32Error.SUCCESS && status != Win32Error.TIMEOUT
                && status != Win32Error.OPERATION_ABORTED || random.nextInt(2_000) == 0) {
            client.close();
            return;
        }
        final ByteBuffer buffer = (ByteBuffer) client.attachment();
        if (opcode == Opcode.READ && status == Win32Error.SUCCESS) {
            client.write(buffer, 0, bytes, 0, 5_000);
        } else {
            final long read = client.read(buffer, 0, MESSAGE, 0, 1 + random.nextInt(2_000));
            if (random.nextInt(100) == 0) {
                client.cancel(read);
            }
        }
    }

    /** Thrown by the listener for no reason. */
    private static final class Whim extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Whim() {
            super("a whim", null, false, false);
        }
    }
}
