package com.example.streamed;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.Future;

/** A program that uses only the JDK's asynchronous channels. A system property names their provider. */
public final class Channelled {
    private Channelled() {}

    /**
     * Sends a text from the client to the server.
     *
     * @param args none
     * @throws Exception when something else arrives, or the provider is another one
     */
    public static void main(final String[] args) throws Exception {
        final String provider = AsynchronousChannelProvider.provider().getClass().getName();
        if (!provider.startsWith("io.github.iocp4j.")) {
            throw new IllegalStateException("provider " + provider);
        }
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open().bind(null);
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            final Future<AsynchronousSocketChannel> accept = server.accept();
            client.connect(server.getLocalAddress()).get();
            try (AsynchronousSocketChannel accepted = accept.get()) {
                client.write(ByteBuffer.wrap("Hello".getBytes(UTF_8))).get();
                final ByteBuffer read = ByteBuffer.allocate(5);
                while (read.hasRemaining() && accepted.read(read).get() > 0) {
                    continue;
                }
                System.out.println("ok: " + UTF_8.decode(read.flip()) + " has arrived");
            }
        }
    }
}
