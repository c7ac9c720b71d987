package io.github.iocp4j.bench;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Clients of a syelog daemon, in their own process. Their messages count when the daemon has read them, and only if all
 * of them are in the daemon's file.
 */
final class SyelogClients implements Load {
    private final ContestantProcess clients;
    private final LineCount log;

    SyelogClients(final ContestantProcess clients, final Path log) throws IOException {
        this.clients = clients;
        this.log = new LineCount(log);
    }

    @Override
    public Run run(final long milliseconds) throws IOException {
        return logged(clients.run(milliseconds));
    }

    @Override
    public Run offer(final long milliseconds, final double perSecond) throws IOException {
        return logged(clients.offer(milliseconds, perSecond));
    }

    private Run logged(final Run run) throws IOException {
        log.awaitMore(run.operations());
        return run;
    }

    @Override
    public void close() throws IOException {
        clients.close();
        log.close();
    }
}
