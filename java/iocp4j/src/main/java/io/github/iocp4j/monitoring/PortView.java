package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.PortClosedException;

/** Looks at a port, and goes on to answer when it is closed. */
final class PortView {
    private final CompletionPort port;
    private Figures last;

    /**
     * Takes a first look.
     *
     * @throws PortClosedException when the port is closed already
     */
    PortView(final CompletionPort port) {
        this.port = port;
        last = new Figures(port);
    }

    synchronized Figures now() {
        try {
            last = new Figures(port);
        } catch (final PortClosedException closed) {
            last = last.afterClose();
        }
        return last;
    }
}
