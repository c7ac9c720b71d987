package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.PipeMode;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Two connected channels and their group, which ends with them. */
final class ChannelPair implements AutoCloseable {
    static final AsynchronousChannelProvider PROVIDER = new CompletionPortChannelProvider();

    private static final int SOCKET_BUFFER = 1 << 14;

    final AsynchronousChannelGroup group;
    final AsynchronousSocketChannel client;
    final AsynchronousSocketChannel server;

    private ChannelPair(
            final AsynchronousChannelGroup group, final AsynchronousSocketChannel client,
            final AsynchronousSocketChannel server) {
        this.group = group;
        this.client = client;
        this.server = server;
    }

    /** A kind of channels that has these tests. */
    enum Kind {
        TCP, PIPE, MESSAGE_PIPE;

        ChannelPair connect() throws Exception {
            return connect(fixed(2));
        }

        ChannelPair connect(final AsynchronousChannelGroup group) throws Exception {
            try (AsynchronousServerSocketChannel listener = listen(group)) {
                final Future<AsynchronousSocketChannel> accepted = listener.accept();
                final AsynchronousSocketChannel client = open(group);
                client.connect(listener.getLocalAddress()).get();
                return new ChannelPair(group, client, accepted.get());
            }
        }

        AsynchronousSocketChannel open(final AsynchronousChannelGroup group) throws Exception {
            return this == TCP ? PROVIDER.openAsynchronousSocketChannel(group)
                    : NamedPipeChannels.open(group).setOption(NamedPipeOptions.MODE, mode());
        }

        AsynchronousServerSocketChannel openServer(final AsynchronousChannelGroup group) throws Exception {
            return this == TCP ? PROVIDER.openAsynchronousServerSocketChannel(group)
                    : NamedPipeChannels.openServer(group).setOption(NamedPipeOptions.MODE, mode());
        }

        AsynchronousServerSocketChannel listen(final AsynchronousChannelGroup group) throws Exception {
            return openServer(group).bind(this == TCP ? SocketPair.loopback() : null);
        }

        private PipeMode mode() {
            return this == PIPE ? PipeMode.BYTE : PipeMode.MESSAGE;
        }
    }

    /** Has the client write until a write stays in flight. */
    Outcome<Integer> blockedWrite() throws Exception {
        return blockedWrite(ByteBuffer.allocateDirect(1 << 20));
    }

    /** As {@link #blockedWrite()}, with the contents of a buffer. */
    Outcome<Integer> blockedWrite(final ByteBuffer source) throws Exception {
        if (client.supportedOptions().contains(StandardSocketOptions.SO_SNDBUF)) {
            // As with pipes, there is no room for a block, so that the outcome does not depend on the speed.
            client.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
            server.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
        }
        Outcome<Integer> write = new Outcome<>();
        client.write(source, null, write);
        int quiet = 0;
        while (quiet < 5) {
            Thread.sleep(5);
            quiet++;
            if (write.isDone()) {
                write = new Outcome<>();
                client.write(source.clear(), null, write);
                quiet = 0;
            }
        }
        return write;
    }

    static AsynchronousChannelGroup fixed(final int threads) throws Exception {
        return PROVIDER.openAsynchronousChannelGroup(threads, Executors.defaultThreadFactory());
    }

    /** Ends a group with its channels. */
    static void end(final AsynchronousChannelGroup group) throws IOException {
        group.shutdownNow();
        try {
            if (!group.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new AssertionError(group + " does not end");
            }
        } catch (final InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    static ByteBuffer direct(final String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(UTF_8)).flip();
    }

    static ByteBuffer heap(final String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    /** The text that was read into a buffer. */
    static String text(final ByteBuffer buffer) {
        return UTF_8.decode(buffer.duplicate().flip()).toString();
    }

    /** Reads until the buffer is full. */
    static void fill(final AsynchronousSocketChannel from, final ByteBuffer buffer) throws Exception {
        while (buffer.hasRemaining()) {
            if (from.read(buffer).get() < 0) {
                throw new AssertionError("The end comes early");
            }
        }
    }

    @Override
    public void close() throws IOException {
        end(group);
    }
}
