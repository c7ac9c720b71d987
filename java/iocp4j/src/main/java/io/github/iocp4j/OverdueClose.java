package io.github.iocp4j;

import io.github.iocp4j.internal.Printable;
import java.lang.System.Logger.Level;
import java.util.List;

/** Warns that a close has timed out, and what it has waited for. */
final class OverdueClose {
    private OverdueClose() {
    }

    /** Logs the workers that are in the listener when a close has waited for the port's close timeout. */
    static void report(final Object closing, final CompletionPort port, final long began) {
        final long timeout = port.closeTimeoutMillis();
        if (timeout == 0 || (System.nanoTime() - began) / 1_000_000 < timeout) {
            return; // It was called by a worker, which does not wait.
        }
        final StringBuilder message = new StringBuilder().append(closing).append(" is not closed after ")
                .append(timeout).append(" ms.");
        try {
            final List<WorkerSnapshot> workers = port.snapshot().workerStates();
            for (int i = 0; i < workers.size(); i++) {
                if (workers.get(i).activity() == WorkerActivity.IN_LISTENER) {
                    message.append(' ').append(Printable.of(port.name()))
                            .append(port.isPolled() ? "-poller-" : "-worker-").append(i)
                            .append(" is in the listener for ").append(workers.get(i).duration().toMillis())
                            .append(" ms.");
                }
            }
        } catch (final PortClosedException closedMeanwhile) {
            return;
        }
        System.getLogger(OverdueClose.class.getPackageName()).log(Level.WARNING, message.toString());
    }
}
