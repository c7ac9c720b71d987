package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.Win32Exception;

/** A workload on a port of iocp4j, which has counters. */
interface OnPort extends Workload {
    /**
     * Opens one.
     *
     * @param builder of a port with the listener that is called
     * @param workers how many, or 0 for the default
     * @param mechanism the name of a Mechanism
     * @return the port
     * @throws Win32Exception when that fails
     */
    static CompletionPort open(final CompletionPort.Builder builder, final String workers, final String mechanism)
            throws Win32Exception {
        builder.mechanism(Mechanism.valueOf(mechanism));
        final int wanted = Integer.parseInt(workers);
        return (wanted == 0 ? builder : builder.workers(wanted)).open();
    }

    /**
     * Where all its completions come.
     *
     * @return the port
     */
    CompletionPort port();

    @Override
    default long upcalls() {
        return port().snapshot().batches();
    }

    @Override
    default long completions() {
        return port().snapshot().completions();
    }
}
