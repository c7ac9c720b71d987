package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.nio.PipeServerSocket;
import io.github.iocp4j.nio.PipeSocket;
import io.github.iocp4j.nio.Streams;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measures the Java heap of each {@link PipeSocket}, and what a virtual thread that waits for its data takes besides,
 * on the heap and of direct buffers. It prints a line for each, with its key and the bytes. JVMs before 21 have no
 * virtual threads, and print only the first.
 */
public final class WaitingReaders {
    private final List<PipeSocket> clients = new ArrayList<>();
    private final List<PipeSocket> servers = new ArrayList<>();

    private WaitingReaders() {
    }

    /**
     * Counts.
     *
     * @param args how many connections
     * @throws Exception when one cannot be made
     */
    public static void main(final String[] args) throws Exception {
        final int count = Integer.parseInt(args[0]);
        // The first ones allocate what is allocated once.
        final WaitingReaders first = new WaitingReaders();
        first.connect(count / 10);
        final WaitingReaders readers = new WaitingReaders();
        long before = IdleConnections.usedHeap();
        readers.connect(count);
        print("pipe-socket-heap", IdleConnections.usedHeap() - before, 2 * count);
        if (Runtime.version().feature() >= 21) {
            first.read();
            before = IdleConnections.usedHeap();
            final long direct = usedDirect();
            readers.read();
            print("reader-heap", IdleConnections.usedHeap() - before, count);
            print("reader-direct", usedDirect() - direct, count);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void print(final String key, final long bytes, final int count) {
        System.out.println(String.format(Locale.ROOT, "%s %.1f", key, (double) bytes / count));
    }

    private void connect(final int count) throws IOException {
        try (PipeServerSocket listening = new PipeServerSocket(
                "iocp4j-bench-" + ProcessHandle.current().pid() + '-' + count)) {
            for (int i = 0; i < count; i++) {
                clients.add(new PipeSocket(listening.getLocalSocketAddress().toString()));
                servers.add(listening.accept());
            }
        }
    }

    /** Lets a virtual thread read from each connection, and waits until all of them wait. */
    private void read() throws Exception {
        final Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
        final int earlier = Streams.port().snapshot().operationsInFlight();
        for (final PipeSocket client : clients) {
            start.invoke(null, (Runnable) () -> read(client));
        }
        while (Streams.port().snapshot().operationsInFlight() < earlier + clients.size()) {
            Thread.sleep(1);
        }
    }

    private static void read(final PipeSocket client) {
        try {
            client.getInputStream().read();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static long usedDirect() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }
}
