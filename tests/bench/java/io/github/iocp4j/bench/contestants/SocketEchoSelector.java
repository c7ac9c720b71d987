package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.function.Consumer;

/** The same with a {@link Selector}, and one thread that does everything. */
final class SocketEchoSelector implements Workload {
    private static final int BUFFER = 8192;

    /** One buffer for all clients: the data of a read is written before the next read. */
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final Pause pause;

    /** Arguments: how many milliseconds each message takes. */
    SocketEchoSelector(final List<String> arguments) throws IOException {
        pause = new Pause(arguments.get(0));
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Integer.MAX_VALUE);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        new Thread(this::serve, "selector").start();
    }

    @Override
    public String address() {
        return String.valueOf(server.socket().getLocalPort());
    }

    private void serve() {
        final Consumer<SelectionKey> attend = this::attend;
        try {
            for (;;) {
                selector.select(attend);
            }
        } catch (final IOException failed) {
            failed.printStackTrace();
        }
    }

    private void attend(final SelectionKey key) {
        if (key.isAcceptable()) {
            accept();
        } else {
            answer((SocketChannel) key.channel());
        }
    }

    private void accept() {
        try {
            final SocketChannel client = server.accept();
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void answer(final SocketChannel client) {
        try {
            if (client.read(buffer.clear()) < 0) {
                client.close();
                return;
            }
            pause.take();
            buffer.flip();
            // As a rule once: the socket's buffer has room, since the client has heard what was written before.
            while (buffer.hasRemaining()) {
                client.write(buffer);
            }
        } catch (final IOException gone) {
            close(client);
        }
    }

    private static void close(final SocketChannel client) {
        try {
            client.close();
        } catch (final IOException ignored) {
            // It is gone either way.
        }
    }
}
