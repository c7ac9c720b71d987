package io.github.iocp4j.nio;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Mechanism;
import io.github.iocp4j.fixtures.PipePair;
import java.io.IOException;

/** Both ends of a pipe as sockets. */
final class SocketPairOnPipe implements AutoCloseable {
    final PipeSocket client;
    final PipeSocket server;

    /** Closed with the sockets; null for the shared one. */
    private final CompletionPort port;

    private SocketPairOnPipe(final PipeSocket client, final PipeSocket server, final CompletionPort port) {
        this.client = client;
        this.server = server;
        this.port = port;
    }

    static SocketPairOnPipe open() throws IOException {
        try (PipeServerSocket listening = new PipeServerSocket(PipePair.newName())) {
            return connect(listening);
        }
    }

    /**
     * The client's port has that mechanism. With packets, the platform thread that reads waits in the kernel; otherwise
     * its reads are completed by a worker, as those of virtual threads are, and stay in flight when it stops waiting.
     */
    static SocketPairOnPipe open(final Mechanism mechanism) throws IOException {
        try (PipeServerSocket listening = new PipeServerSocket(PipePair.newName())) {
            final CompletionPort port =
                    CompletionPort.builder(Streams.listener()).mechanism(mechanism).workers(1).open();
            try {
                return connect(listening, new PipeSocket(port), port);
            } catch (final IOException | RuntimeException failed) {
                port.close();
                throw failed;
            }
        }
    }

    static SocketPairOnPipe connect(final PipeServerSocket listening) throws IOException {
        return connect(listening, new PipeSocket(), null);
    }

    private static SocketPairOnPipe connect(
            final PipeServerSocket listening, final PipeSocket client, final CompletionPort port) throws IOException {
        client.connect(listening.getLocalSocketAddress());
        return new SocketPairOnPipe(client, listening.accept(), port);
    }

    @Override
    public void close() throws IOException {
        try (port; server) {
            client.close();
        }
    }
}
