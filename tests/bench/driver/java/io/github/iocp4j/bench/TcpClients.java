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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * Clients of a server's TCP port. They run on this system, outside Wine. Each sends a request and waits for the whole
 * answer. Then it sends the next request: at once, or when it is due.
 */
final class TcpClients implements Load {
    private static final long TIMEOUT_MILLIS = 20_000;

    private final Selector selector = Selector.open();
    private final List<Client> clients = new ArrayList<>();

    TcpClients(final int port, final int clients, final Supplier<Exchange> exchange) throws IOException {
        for (int i = 0; i < clients; i++) {
            final SocketChannel channel =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            this.clients.add(new Client(channel, exchange.get(), i));
        }
    }

    @Override
    public Run run(final long milliseconds) throws IOException {
        final Histogram roundTrips = new Histogram(3);
        final long begin = System.nanoTime();
        final long end = begin + milliseconds * 1_000_000;
        final long[] saidAt = new long[clients.size()];
        int talking = clients.size();
        for (final Client client : clients) {
            saidAt[client.index] = System.nanoTime();
            client.say();
        }
        while (talking > 0) {
            for (final Client client : listen()) {
                final long now = System.nanoTime();
                roundTrips.recordValue(now - saidAt[client.index]);
                if (now < end) {
                    saidAt[client.index] = now;
                    client.say();
                } else {
                    talking--;
                }
            }
        }
        return new Run(roundTrips.getTotalCount(), (System.nanoTime() - begin) / 1e9, roundTrips);
    }

    @Override
    public Run offer(final long milliseconds, final double perSecond) throws IOException {
        final Histogram latencies = new Histogram(3);
        final Pacer pacer = new Pacer();
        final Timetable timetable = new Timetable(milliseconds, perSecond);
        final Speaker speaker = new Speaker(pacer, timetable);
        final long[] answered = new long[clients.size()];
        speaker.start();
        while (latencies.getTotalCount() < timetable.requests()) {
            for (final Client client : listen()) {
                final long request = client.index + answered[client.index]++ * clients.size();
                latencies.recordValue(System.nanoTime() - timetable.due(request));
                if (client.owed.decrementAndGet() > 0) {
                    client.say();
                }
            }
            speaker.check();
        }
        return new Run(latencies.getTotalCount(), (System.nanoTime() - timetable.due(0)) / 1e9, latencies);
    }

    @Override
    public void close() throws IOException {
        for (final Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }

    /** Waits for data, and returns the clients that have the whole answer. */
    private List<Client> listen() throws IOException {
        if (selector.select(TIMEOUT_MILLIS) == 0) {
            throw new IOException("Nothing happens any more, and clients wait for their answer");
        }
        final List<Client> answered = new ArrayList<>();
        for (final SelectionKey key : selector.selectedKeys()) {
            final Client client = (Client) key.attachment();
            if (client.hear()) {
                answered.add(client);
            }
        }
        selector.selectedKeys().clear();
        return answered;
    }

    /**
     * The clients send in turn, each when it is due; a client that still waits for an answer sends when the answer is
     * complete.
     */
    private final class Speaker extends Thread {
        private final Pacer pacer;
        private final Timetable timetable;
        private volatile IOException failure;

        Speaker(final Pacer pacer, final Timetable timetable) {
            super("speaker");
            this.pacer = pacer;
            this.timetable = timetable;
        }

        @Override
        public void run() {
            try {
                for (long request = 0; request < timetable.requests(); request++) {
                    pacer.sleepUntil(timetable.due(request));
                    final Client client = clients.get((int) (request % clients.size()));
                    // The thread that sets it to 1 may send for the client. Until it is 0 again, only the receiving
                    // thread may.
                    if (client.owed.getAndIncrement() == 0) {
                        client.say();
                    }
                }
            } catch (final IOException failed) {
                failure = failed;
            }
        }

        void check() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }
    }

    private final class Client {
        private final int index;
        /** Answers that are due and have not arrived, at an offered load. */
        private final AtomicLong owed = new AtomicLong();
        private final SocketChannel channel;
        private final Exchange exchange;

        Client(final SocketChannel channel, final Exchange exchange, final int index) throws IOException {
            this.channel = channel;
            this.exchange = exchange;
            this.index = index;
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void say() throws IOException {
            final ByteBuffer request = exchange.request();
            // Usually once: the socket's buffer has room, because the previous answer has arrived.
            do {
                channel.write(request);
            } while (request.hasRemaining());
        }

        /** Returns whether the answer is complete. */
        boolean hear() throws IOException {
            if (channel.read(exchange.input()) < 0) {
                throw new EOFException("The server has ended a connection");
            }
            return exchange.isAnswered();
        }
    }
}
