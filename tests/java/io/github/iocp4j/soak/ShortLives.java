package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Ports and servers that are opened, filled to the ceiling and closed again, each time in another order. */
final class ShortLives implements AutoCloseable {
    private static final int CLIENTS = 3;
    private static final int LISTENING = 2;
    private static final int OPERATIONS = 32;
    private static final int MESSAGE = 64;
    private static final int PAUSE_MILLIS = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Ledger ledger;
    private final SoakServer server;
    private final Lives lives;

    ShortLives(final Ledger ledger, final SoakServer server) {
        this.ledger = ledger;
        this.server = server;
        lives = new Lives("soak-short-lives", ledger, this::live);
    }

    int ended() {
        return lives.ended();
    }

    @Override
    public void close() {
        lives.close();
    }

    private void live(final int number) throws Win32Exception, InterruptedException {
        final String name = server.pipe() + "-" + number;
        final CompletionPort port = CompletionPort.batchBuilder(this::onCompletions).name("soak-short")
                .workers(2).operations(OPERATIONS)
                .exceptionHandler((completion, thrown) -> ledger.fault("a short-lived listener has thrown " + thrown))
                .open();
        // By turns the pipe is served by a port that goes soon, and by the one that stays.
        final NamedPipeServer second = number % 2 == 0 ? server.open(name, LISTENING)
                : NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).listening(LISTENING).open();
        final List<NamedPipe> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(NamedPipeClient.builder(port, name).mode(PipeMode.MESSAGE).timeout(TIMEOUT).connect());
            }
            // These wait for a pipe that never exists, until a deadline, a cancel, or the close of device or port.
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(ledger.connect(NamedPipeClient.builder(port, name + "-missing").waitForServer()
                        .timeout(i % 2 == 0 ? TIMEOUT : Duration.ofMillis(PAUSE_MILLIS))));
            }
            fill(clients);
        } finally {
            end(number, port, second, clients);
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }

    /**
     * Until the port takes no more. What ends meanwhile, by an echo or a deadline, must not make as much room as is
     * taken.
     */
    private void fill(final List<NamedPipe> clients) {
        try {
            for (int i = 0; i < 2 * OPERATIONS; i++) {
                final NamedPipe client = clients.get(i % CLIENTS);
                final ByteBuffer buffer = ByteBuffer.allocateDirect(MESSAGE);
                if (i < CLIENTS) {
                    ledger.write(client, 0, buffer, MESSAGE, 0);
                } else {
                    ledger.read(client, 0, buffer, i % 8 == 0 ? PAUSE_MILLIS : 0);
                }
            }
            ledger.fault("a port has taken more operations than its ceiling");
        } catch (final OperationLimitException full) {
            // As it should be.
        }
    }

    private void end(final int number, final CompletionPort port, final NamedPipeServer second,
            final List<NamedPipe> clients) throws InterruptedException {
        final Thread other = new Thread(() -> {
            second.close();
            port.close();
        }, "soak-other-closer");
        switch (number % 4) {
            case 0:
                clients.forEach(NamedPipe::close);
                second.close();
                break;
            case 1:
                second.close();
                clients.get(0).cancelAll();
                clients.get(CLIENTS).cancelAll();
                break;
            case 2:
                second.close();
                port.close(Duration.ZERO);
                break;
            default:
                other.start();
                clients.forEach(NamedPipe::close);
                break;
        }
        if (!second.close(TIMEOUT) || !port.close(TIMEOUT)) {
            ledger.fault("a short-lived port or server does not close");
        }
        other.join();
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) != Opcode.ACCEPT) {
                ledger.settle(batch, i);
                continue;
            }
            ledger.acceptCompleted();
            if (batch.status(i) == Win32Error.SUCCESS) {
                try {
                    ledger.read((NamedPipe) batch.device(i), 0, ByteBuffer.allocateDirect(MESSAGE), 0);
                } catch (final DeviceClosedException | OperationLimitException refused) {
                    // The life is over, or its port is full.
                }
            }
        }
    }
}
