package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/** A program that knows the JDK's channels only, but for the call that opens a file. */
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
                accepted.write(ByteBuffer.wrap("hello".getBytes(UTF_8)), written, new ThreadOfHandler());
                final ByteBuffer buffer = ByteBuffer.allocate(5);
                while (buffer.hasRemaining()) {
                    client.read(buffer).get();
                }
                final String bound = server.getLocalAddress().toString().replaceAll(":\\d+$", "");
                final String peer = ((InetSocketAddress) accepted.getRemoteAddress()).getHostString();
                System.out.println(AsynchronousChannelProvider.provider().getClass().getName() + ' '
                        + UTF_8.decode(buffer.flip()) + ' ' + bound + ' ' + peer + ' '
                        + name(written.get()) + ' ' + written.get().isDaemon());
            }
        }
        System.out.println("file " + name(handlerOfAFile()));
        final Path file = Files.createTempFile("probe", null);
        try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(file, WRITE, DELETE_ON_CLOSE)) {
            System.out.println("files " + channel.getClass().getPackageName());
        }
        System.out.println("address of another family " + outcomeOfIpv6());
        System.out.println("refused connect: " + messageOfRefusal(loopback));
    }

    /** Connects to a closed number of this machine. */
    private static String outcomeOfIpv6() throws Exception {
        final byte[] one = new byte[16];
        one[15] = 1;
        try (AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            client.connect(new InetSocketAddress(InetAddress.getByAddress(one), 1)).get();
            return "connected";
        } catch (final UnsupportedAddressTypeException refused) {
            return "refused at once";
        } catch (final ExecutionException failed) {
            return "not connected";
        }
    }

    private static String messageOfRefusal(final InetAddress loopback) throws Exception {
        final InetSocketAddress closed;
        // One of the JDK: the close of an asynchronous server does not wait until nothing listens.
        try (ServerSocket server = new ServerSocket(0, 1, loopback)) {
            closed = (InetSocketAddress) server.getLocalSocketAddress();
        }
        try (AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
            client.connect(closed).get();
            return "none";
        } catch (final ExecutionException failed) {
            return failed.getCause().getMessage().replace(":" + closed.getPort(), ":number");
        }
    }

    /** The thread that calls the handler of a file channel without an executor. */
    private static Thread handlerOfAFile() throws Exception {
        final Path file = Files.createTempFile("probe", null);
        final CompletableFuture<Thread> written = new CompletableFuture<>();
        try (AsynchronousFileChannel channel = FileChannels.open(file, WRITE, DELETE_ON_CLOSE)) {
            channel.write(ByteBuffer.wrap("hello".getBytes(UTF_8)), 0, written, new ThreadOfHandler());
            return written.get();
        }
    }

    private static String name(final Thread thread) {
        return thread.getName().replaceAll("\\d+$", "");
    }

    /** Completes its attachment with the thread that calls it. */
    private static final class ThreadOfHandler implements CompletionHandler<Integer, CompletableFuture<Thread>> {
        @Override
        public void completed(final Integer bytes, final CompletableFuture<Thread> written) {
            written.complete(Thread.currentThread());
        }

        @Override
        public void failed(final Throwable failure, final CompletableFuture<Thread> written) {
            written.completeExceptionally(failure);
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
