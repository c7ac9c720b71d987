package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.Win32Exception;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Packets that were queued while every worker was busy: the number of upcalls for them. The key distinguishes packets
 * that keep a worker busy from counted ones.
 */
final class Backlog implements Workload {
    private static final long BUSY = 0;
    private static final long COUNTED = 1;

    private final Semaphore busy = new Semaphore(0);
    private final Semaphore release = new Semaphore(0);
    private final Semaphore arrived = new Semaphore(0);
    private final int backlog;
    private final CompletionPort port;
    private final int workers;
    private long upcalls;
    private long completions;

    /** Arguments: how many packets, and how many workers, 0 for the default. */
    Backlog(final List<String> arguments) throws Win32Exception {
        backlog = Integer.parseInt(arguments.get(0));
        port = OnPort.open(CompletionPort.batchBuilder(this::onCompletions), arguments.get(1),
                Mechanism.COMPLETION_PORT.name());
        workers = port.snapshot().workers();
    }

    @Override
    public long run(final long milliseconds) throws Exception {
        final long end = System.nanoTime() + milliseconds * 1_000_000;
        long operations = 0;
        do {
            for (int i = 0; i < workers; i++) {
                port.post(BUSY, 0, 0);
                // One by one, so that each packet goes to another worker.
                busy.acquire();
            }
            for (int i = 0; i < backlog; i++) {
                port.post(COUNTED, 0, i);
            }
            final long before = port.snapshot().batches();
            release.release(workers);
            arrived.acquire(backlog);
            upcalls += port.snapshot().batches() - before;
            completions += backlog;
            operations += backlog;
        } while (System.nanoTime() < end);
        return operations;
    }

    @Override
    public long upcalls() {
        return upcalls;
    }

    @Override
    public long completions() {
        return completions;
    }

    private void onCompletions(final CompletionBatch batch) {
        if (batch.key(0) == BUSY) {
            busy.release();
            release.acquireUninterruptibly();
        } else {
            arrived.release(batch.size());
        }
    }
}
