package io.github.iocp4j.bench.contestants;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.List;
import java.util.concurrent.Executors;

/** The same with {@link AsynchronousSocketChannel}. */
final class SocketEchoAsynchronous implements Workload, CompletionHandler<AsynchronousSocketChannel, Void> {
    private static final int BUFFER = 8192;

    private final AsynchronousServerSocketChannel server;

    /**
     * Takes the channels of that provider. Argument: {@code default} for its default group, {@code fixed} for a group
     * with as many threads as there are processors.
     */
    SocketEchoAsynchronous(final AsynchronousChannelProvider provider, final List<String> arguments)
            throws IOException {
        server = provider.openAsynchronousServerSocketChannel(arguments.get(0).equals("default") ? null
                : provider.openAsynchronousChannelGroup(
                        Runtime.getRuntime().availableProcessors(), Executors.defaultThreadFactory()));
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Integer.MAX_VALUE);
        server.accept(null, this);
    }

    @Override
    public String address() {
        try {
            return String.valueOf(((InetSocketAddress) server.getLocalAddress()).getPort());
        } catch (final IOException closed) {
            throw new IllegalStateException(closed);
        }
    }

    @Override
    public void completed(final AsynchronousSocketChannel client, final Void attachment) {
        server.accept(null, this);
        try {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            new Connection(client).read();
        } catch (final IOException gone) {
            close(client);
        }
    }

    @Override
    public void failed(final Throwable thrown, final Void attachment) {
        thrown.printStackTrace();
    }

    private static void close(final AsynchronousSocketChannel client) {
        try {
            client.close();
        } catch (final IOException ignored) {
            // It is gone either way.
        }
    }

    /** One operation is in flight: a read or a write. */
    private static final class Connection implements CompletionHandler<Integer, Boolean> {
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        private final AsynchronousSocketChannel channel;

        Connection(final AsynchronousSocketChannel channel) {
            this.channel = channel;
        }

        void read() {
            channel.read(buffer.clear(), false, this);
        }

        @Override
        public void completed(final Integer bytes, final Boolean written) {
            if (bytes < 0) {
                close(channel);
            } else if (!written) {
                channel.write(buffer.flip(), true, this);
            } else if (buffer.hasRemaining()) {
                channel.write(buffer, true, this);
            } else {
                read();
            }
        }

        @Override
        public void failed(final Throwable thrown, final Boolean written) {
            close(channel);
        }
    }
}
