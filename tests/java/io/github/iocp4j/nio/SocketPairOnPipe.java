package io.github.iocp4j.nio;

import io.github.iocp4j.fixtures.PipePair;
import java.io.IOException;

/** Both ends of a pipe as sockets. */
final class SocketPairOnPipe implements AutoCloseable {
    final PipeSocket client;
    final PipeSocket server;

    private SocketPairOnPipe(final PipeSocket client, final PipeSocket server) {
        this.client = client;
        this.server = server;
    }

    static SocketPairOnPipe open() throws IOException {
        try (PipeServerSocket listening = new PipeServerSocket(PipePair.newName())) {
            return connect(listening);
        }
    }

    static SocketPairOnPipe connect(final PipeServerSocket listening) throws IOException {
        final PipeSocket client = new PipeSocket();
        client.connect(listening.getLocalSocketAddress());
        return new SocketPairOnPipe(client, listening.accept());
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
