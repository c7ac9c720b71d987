package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** A program that knows the JDK's channels only. */
public final class ProviderProbe {
    private ProviderProbe() {
    }

    /**
     * Sends a text through two channels, and prints what a test compares.
     *
     * @param arguments none
     * @throws Exception when something else arrives
     */
    public static void main(final String[] arguments) throws Exception {
        final InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (AsynchronousServerSocketChannel server = AsynchronousServerSocketChannel.open().bind(null);
                AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            final int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
            final Future<AsynchronousSocketChannel> accept = server.accept();
            client.connect(new InetSocketAddress(loopback, port)).get();
            try (AsynchronousSocketChannel accepted = accept.get()) {
                final CompletableFuture<Thread> written = new CompletableFuture<>();
                accepted.write(ByteBuffer.wrap("hello".getBytes(UTF_8)), null, new CompletionHandler<>() {
                    @Override
                    public void completed(final Integer bytes, final Object attachment) {
                        written.complete(Thread.currentThread());
                    }

                    @Override
                    public void failed(final Throwable failure, final Object attachment) {
                        written.completeExceptionally(failure);
                    }
                });
                final ByteBuffer buffer = ByteBuffer.allocate(5);
                while (buffer.hasRemaining()) {
                    client.read(buffer).get();
                }
                final String bound = server.getLocalAddress().toString().replaceAll(":\\d+$", "");
                final String peer = ((InetSocketAddress) accepted.getRemoteAddress()).getHostString();
                System.out.println(AsynchronousChannelProvider.provider().getClass().getName() + ' '
                        + UTF_8.decode(buffer.flip()) + ' ' + bound + ' ' + peer + ' '
                        + written.get().getName().replaceAll("\\d+$", "") + ' ' + written.get().isDaemon());
            }
        }
    }

    /** A factory that the property of the default group names. */
    public static final class Threads implements ThreadFactory {
        @Override
        public Thread newThread(final Runnable body) {
            final Thread thread = new Thread(body, "made-by-the-program-1");
            thread.setDaemon(true);
            return thread;
        }
    }
}
