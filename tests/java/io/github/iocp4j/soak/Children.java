package io.github.iocp4j.soak;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceClosedException;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.Launch;
import io.github.iocp4j.pipe.ChildProcess;
import io.github.iocp4j.pipe.NamedPipe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Child processes that end by themselves, are killed at a deadline, or are closed in flight with a child of theirs. */
final class Children implements AutoCloseable {
    private static final List<List<String>> LIVES =
            List.of(List.of("say", "hello"), List.of("wait"), List.of("another"), List.of("flood", "100000"));
    private static final int OUTPUT = 4096;
    private static final int DEADLINE_MILLIS = 50;
    private static final int TIMEOUT_SECONDS = 60;

    private final Ledger ledger;
    private final String program;
    private final CompletionPort port;
    private final Semaphore ended = new Semaphore(0);
    private final Lives lives;

    Children(final Ledger ledger, final Path programs) throws Win32Exception {
        this.ledger = ledger;
        program = programs.resolve("child.exe").toString();
        port = CompletionPort.batchBuilder(this::onCompletions).name("soak-children").workers(2)
                .exceptionHandler((completion, thrown) -> ledger.fault("a listener of children has thrown " + thrown))
                .open();
        lives = new Lives("soak-children", ledger, this::live);
    }

    int ended() {
        return lives.ended();
    }

    @Override
    public void close() {
        lives.close();
        port.close();
    }

    private void live(final int number) throws IOException, InterruptedException {
        final int life = number % LIVES.size();
        final List<String> words = LIVES.get(life);
        final ChildProcess.Builder builder = words.size() == 1 ? ChildProcess.builder(port, program, words.get(0))
                : ChildProcess.builder(port, program, words.get(0), words.get(1));
        try (ChildProcess child = Launch.of(builder.stderrToStdout()::start)) {
            ledger.read(child.stdout(), 0, ByteBuffer.allocateDirect(OUTPUT), 0);
            ledger.awaitExit(child, life == 1 ? DEADLINE_MILLIS : 0);
            // The third is closed at once, with its operations in flight.
            if (life != 2 && !ended.tryAcquire(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                ledger.fault("the end of a child was not reported");
            }
        }
        ended.drainPermits();
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            ledger.settle(batch, i);
            if (batch.opcode(i) == Opcode.WAIT) {
                ended.release();
            } else if (batch.status(i) == 0) {
                try {
                    ledger.read((NamedPipe) batch.device(i), 0, ByteBuffer.allocateDirect(OUTPUT), 0);
                } catch (final DeviceClosedException closed) {
                    // The child was closed meanwhile.
                }
            }
        }
    }
}
