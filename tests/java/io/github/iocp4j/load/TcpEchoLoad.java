package io.github.iocp4j.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Clients of an echo server's TCP port, all connected before the first speaks. Nothing but the JDK, so that it can run
 * on another system than the server.
 */
public final class TcpEchoLoad {
    private static final long TIMEOUT_MILLIS = TimeUnit.MINUTES.toMillis(2);

    private final Selector selector;
    private final int clients;
    private int connected;
    private int talking;

    private TcpEchoLoad(final Selector selector, final int clients) {
        this.selector = selector;
        this.clients = clients;
    }

    /**
     * Runs the clients, and prints how long they took.
     *
     * @param args the server's host and port, how many clients, and how many round trips each
     * @throws IOException when a connection fails
     */
    public static void main(final String[] args) throws IOException {
        final int clients = Integer.parseInt(args[2]);
        final int rounds = Integer.parseInt(args[3]);
        final long start = System.nanoTime();
        run(new InetSocketAddress(args[0], Integer.parseInt(args[1])), clients, rounds);
        final double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("Figures: echo, TCP: %d connections at once, %d round trips each, nothing lost or mixed;"
                + " %.1f s, %.0f round trips per second%n", clients, rounds, seconds, clients * rounds / seconds);
    }

    /**
     * Runs the clients.
     *
     * @param server where the server is
     * @param clients how many
     * @param rounds how many round trips each makes
     * @throws IOException when a connection fails
     * @throws IllegalStateException when a client hears what it has not said
     */
    public static void run(final InetSocketAddress server, final int clients, final int rounds) throws IOException {
        try (Selector selector = Selector.open()) {
            new TcpEchoLoad(selector, clients).run(server, rounds);
        }
    }

    private void run(final InetSocketAddress server, final int rounds) throws IOException {
        for (int i = 0; i < clients; i++) {
            final SocketChannel channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            final boolean atOnce = channel.connect(server);
            channel.register(selector, SelectionKey.OP_CONNECT, new Client(new Conversation(i, rounds)));
            if (atOnce) {
                connected(channel.keyFor(selector));
            }
        }
        while (talking > 0 || connected < clients) {
            if (selector.select(TIMEOUT_MILLIS) == 0) {
                throw new IOException("Nothing happens any more: " + connected + " connected, " + talking + " talking");
            }
            for (final SelectionKey key : selector.selectedKeys()) {
                if (key.isConnectable()) {
                    ((SocketChannel) key.channel()).finishConnect();
                    connected(key);
                } else {
                    talk(key);
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private void connected(final SelectionKey key) {
        key.interestOps(0);
        connected++;
        if (connected == clients) {
            talking = clients;
            for (final SelectionKey each : selector.keys()) {
                ((Client) each.attachment()).next();
                each.interestOps(SelectionKey.OP_WRITE);
            }
        }
    }

    private void talk(final SelectionKey key) throws IOException {
        final SocketChannel channel = (SocketChannel) key.channel();
        final Client client = (Client) key.attachment();
        if (key.isWritable()) {
            channel.write(client.said);
            if (client.said.hasRemaining()) {
                return;
            }
            key.interestOps(SelectionKey.OP_READ);
        }
        client.heard.clear();
        if (channel.read(client.heard) < 0) {
            throw new IOException("The server has ended a connection");
        }
        if (!client.conversation.hear(client.heard.flip())) {
            return;
        }
        if (client.conversation.isOver()) {
            channel.close();
            talking--;
        } else {
            client.next();
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private static final class Client {
        final Conversation conversation;
        final ByteBuffer said = ByteBuffer.allocate(Conversation.MAX_LENGTH);
        final ByteBuffer heard = ByteBuffer.allocate(Conversation.MAX_LENGTH);

        Client(final Conversation conversation) {
            this.conversation = conversation;
        }

        void next() {
            conversation.say(said);
        }
    }
}
