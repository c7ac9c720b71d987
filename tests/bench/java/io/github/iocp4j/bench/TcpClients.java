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
import org.HdrHistogram.Histogram;

/**
 * Clients of an echo server's TCP port, on this system and not on the one of the contestants. Each says something and
 * waits until it has heard all of it. Then it says it again, or when it is due.
 */
final class TcpClients implements Load {
    private static final long PATIENCE_MILLIS = 20_000;
    private static final long NANOSECONDS = 1_000_000;

    private final Selector selector = Selector.open();
    private final Histogram roundTrips = new Histogram(3);
    private final List<Client> clients = new ArrayList<>();
    private final int length;
    private Talk talk;

    TcpClients(final int port, final int clients, final int length) throws IOException {
        this.length = length;
        for (int i = 0; i < clients; i++) {
            final SocketChannel channel =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            this.clients.add(new Client(channel, channel.register(selector, 0)));
        }
    }

    @Override
    public Run run(final long milliseconds) throws IOException {
        return run(new Closed(milliseconds));
    }

    @Override
    public Run offer(final long milliseconds, final double perSecond) throws IOException {
        return run(new Open(new Timetable(milliseconds, perSecond)));
    }

    @Override
    public void close() throws IOException {
        for (final Client client : clients) {
            client.channel.close();
        }
        selector.close();
    }

    private Run run(final Talk next) throws IOException {
        talk = next;
        roundTrips.reset();
        final long begin = System.nanoTime();
        long lastHeard = begin;
        while (!talk.isOver()) {
            final long wait = talk.proceed();
            // The selector sleeps whole milliseconds, and then some: what is due sooner is waited for awake.
            final int ready = wait > 2 * NANOSECONDS
                    ? selector.select(Math.min(wait / NANOSECONDS - 1, PATIENCE_MILLIS)) : selector.selectNow();
            final long now = System.nanoTime();
            if (ready > 0) {
                lastHeard = now;
                for (final SelectionKey key : selector.selectedKeys()) {
                    ((Client) key.attachment()).goOn();
                }
                selector.selectedKeys().clear();
            } else if (now - lastHeard > PATIENCE_MILLIS * NANOSECONDS) {
                throw new IOException("Nothing happens any more, and clients wait for their echo");
            }
        }
        return new Run(roundTrips.getTotalCount(), (System.nanoTime() - begin) / 1e9, roundTrips.copy());
    }

    /** Who says something when. */
    private interface Talk {
        boolean isOver();

        /** Has those say something who are to. Answers how many nanoseconds later the next may be. */
        long proceed() throws IOException;

        /** A client has its echo. Answers whether it shall say something again at once. */
        boolean hasHeard(Client client, long now);
    }

    /** Everybody speaks as soon as he is answered. */
    private final class Closed implements Talk {
        private final long end;
        private int talking;
        private boolean begun;

        Closed(final long milliseconds) {
            end = System.nanoTime() + milliseconds * NANOSECONDS;
        }

        @Override
        public boolean isOver() {
            return begun && talking == 0;
        }

        @Override
        public long proceed() throws IOException {
            if (!begun) {
                begun = true;
                talking = clients.size();
                for (final Client client : clients) {
                    client.say();
                }
            }
            return Long.MAX_VALUE;
        }

        @Override
        public boolean hasHeard(final Client client, final long now) {
            roundTrips.recordValue(now - client.saidAt);
            if (now >= end) {
                talking--;
            }
            return now < end;
        }
    }

    /** Each speaks when it is his turn, or as soon as he is answered if that is later. */
    private final class Open implements Talk {
        private final Timetable timetable;
        private final int[] owed = new int[clients.size()];
        private final long[] answered = new long[clients.size()];
        private long due;

        Open(final Timetable timetable) {
            this.timetable = timetable;
        }

        @Override
        public boolean isOver() {
            return roundTrips.getTotalCount() == timetable.requests();
        }

        @Override
        public long proceed() throws IOException {
            while (due < timetable.requests()) {
                final long wait = timetable.due(due) - System.nanoTime();
                if (wait > 0) {
                    return wait;
                }
                final int index = (int) (due++ % owed.length);
                if (owed[index]++ == 0) {
                    clients.get(index).say();
                }
            }
            return Long.MAX_VALUE;
        }

        @Override
        public boolean hasHeard(final Client client, final long now) {
            final long request = client.index + answered[client.index]++ * owed.length;
            roundTrips.recordValue(now - timetable.due(request));
            return --owed[client.index] > 0;
        }
    }

    private final class Client {
        private final int index = clients.size();
        private final ByteBuffer said = ByteBuffer.allocateDirect(length);
        private final ByteBuffer heard = ByteBuffer.allocateDirect(length);
        private final SocketChannel channel;
        private final SelectionKey key;
        private long saidAt;

        Client(final SocketChannel channel, final SelectionKey key) {
            this.channel = channel;
            this.key = key;
            key.attach(this);
        }

        void say() throws IOException {
            saidAt = System.nanoTime();
            said.clear();
            heard.clear();
            write();
        }

        void goOn() throws IOException {
            if (said.hasRemaining()) {
                write();
                return;
            }
            if (channel.read(heard) < 0) {
                throw new EOFException("The server has ended a connection");
            }
            if (!heard.hasRemaining()) {
                if (talk.hasHeard(this, System.nanoTime())) {
                    say();
                } else {
                    key.interestOps(0);
                }
            }
        }

        private void write() throws IOException {
            channel.write(said);
            key.interestOps(said.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        }
    }
}
