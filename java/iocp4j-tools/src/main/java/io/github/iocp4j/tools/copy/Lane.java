package io.github.iocp4j.tools.copy;

import io.github.iocp4j.CompletionListener;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import java.io.IOException;

/**
 * A port without workers. The thread that copies a file handles the completions of its blocks itself, because for a
 * small file the change to another thread and back would take longer than the copy.
 */
final class Lane implements AutoCloseable {
    final CompletionPort port;
    final CompletionPoller poller;

    Lane(final CompletionListener listener) throws IOException {
        port = CompletionPort.builder(listener).name("copy-lane").polled().open();
        try {
            poller = port.openPoller();
        } catch (final RuntimeException refused) {
            port.close();
            throw refused;
        }
    }

    @Override
    public void close() {
        poller.close();
        port.close();
    }
}
