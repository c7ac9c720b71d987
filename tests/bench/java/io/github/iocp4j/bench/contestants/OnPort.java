package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;

/** Works on a port of iocp4j, which counts. */
interface OnPort extends Workload {
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
