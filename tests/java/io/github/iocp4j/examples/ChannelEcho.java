package io.github.iocp4j.examples;

import io.github.iocp4j.nio.NamedPipeChannels;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;

/** Sends back whatever the clients of its pipe write, with the asynchronous channels of {@code java.nio}. */
public final class ChannelEcho {
    private ChannelEcho() {
    }

    /** Serves the pipe args[0] until Enter is pressed. */
    public static void main(final String[] args) throws IOException {
        try (AsynchronousServerSocketChannel server = NamedPipeChannels.openServer(null)) {
            // was: AsynchronousServerSocketChannel.open().bind(new InetSocketAddress(port))
            server.bind(NamedPipeAddress.of(args[0]));
            server.accept(null, new Accept(server));
            System.out.println("Serving " + server.getLocalAddress() + "; press Enter to end");
            System.in.read();
        }
    }

    /** Takes each client, and accepts the next one at once. */
    private static final class Accept implements CompletionHandler<AsynchronousSocketChannel, Void> {
        private final AsynchronousServerSocketChannel server;

        Accept(final AsynchronousServerSocketChannel server) {
            this.server = server;
        }

        @Override
        public void completed(final AsynchronousSocketChannel client, final Void attachment) {
            server.accept(null, this);
            final ByteBuffer buffer = ByteBuffer.allocateDirect(4_096);
            client.read(buffer, buffer, new Echo(client));
        }

        @Override
        public void failed(final Throwable failure, final Void attachment) {
            System.err.println("No more clients: " + failure);
        }
    }

    /** Reads, and writes what was read until nothing is left, in turns. */
    private static final class Echo implements CompletionHandler<Integer, ByteBuffer> {
        private final AsynchronousSocketChannel client;
        private boolean writing;

        Echo(final AsynchronousSocketChannel client) {
            this.client = client;
        }

        @Override
        public void completed(final Integer bytes, final ByteBuffer buffer) {
            if (bytes < 0) {
                close();
            } else if (!writing) {
                writing = true;
                client.write(buffer.flip(), buffer, this);
            } else if (buffer.hasRemaining()) {
                client.write(buffer, buffer, this);
            } else {
                writing = false;
                client.read(buffer.clear(), buffer, this);
            }
        }

        @Override
        public void failed(final Throwable gone, final ByteBuffer buffer) {
            close();
        }

        private void close() {
            try {
                client.close();
            } catch (final IOException failure) {
                System.err.println("Not closed: " + failure);
            }
        }
    }
}
