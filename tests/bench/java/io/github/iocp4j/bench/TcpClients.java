package io.github.iocp4j.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.HdrHistogram.Histogram;

/**
 * Clients of an echo server's TCP port, on this system and not on the one of the contestants. Each says something,
 * waits until it has heard all of it, and says it again.
 */
final class TcpClients implements Load {
    private static final long PATIENCE_MILLIS = 20_000;

    private final Selector selector = Selector.open();
    private final Histogram roundTrips = new Histogram(3);
    private final int length;
    private long end;
    private long operations;
    private int talking;

    TcpClients(final int port, final int clients, final int length) throws IOException {
        this.length = length;
        for (int i = 0; i < clients; i++) {
            final SocketChannel channel =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, 0, new Client(channel));
        }
    }

    @Override
    public Run run(final long milliseconds) throws IOException {
        final long begin = System.nanoTime();
        end = begin + milliseconds * 1_000_000;
        operations = 0;
        talking = selector.keys().size();
        roundTrips.reset();
        for (final SelectionKey key : selector.keys()) {
            ((Client) key.attachment()).say(key);
        }
        while (talking > 0) {
            if (selector.select(PATIENCE_MILLIS) == 0) {
                throw new IOException("Nothing happens any more, and " + talking + " clients wait for their echo");
            }
            for (final SelectionKey key : selector.selectedKeys()) {
                ((Client) key.attachment()).goOn(key);
            }
            selector.selectedKeys().clear();
        }
        return new Run(operations, (System.nanoTime() - begin) / 1e9, roundTrips.copy());
    }

    @Override
    public void close() throws IOException {
        for (final SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    private final class Client {
        private final ByteBuffer said = ByteBuffer.allocateDirect(length);
        private final ByteBuffer heard = ByteBuffer.allocateDirect(length);
        private final SocketChannel channel;
        private long saidAt;

        Client(final SocketChannel channel) {
            this.channel = channel;
        }

        void say(final SelectionKey key) throws IOException {
            saidAt = System.nanoTime();
            said.clear();
            heard.clear();
            write(key);
        }

        void goOn(final SelectionKey key) throws IOException {
            if (said.hasRemaining()) {
                write(key);
                return;
            }
            if (channel.read(heard) < 0) {
                throw new EOFException("The server has ended a connection");
            }
            if (!heard.hasRemaining()) {
                hasHeard(key);
            }
        }

        private void write(final SelectionKey key) throws IOException {
            channel.write(said);
            key.interestOps(said.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }

        private void hasHeard(final SelectionKey key) throws IOException {
            final long now = System.nanoTime();
            roundTrips.recordValue(now - saidAt);
            operations++;
            if (now < end) {
                say(key);
            } else {
                key.interestOps(0);
                talking--;
            }
        }
    }
}
