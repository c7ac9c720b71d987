package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/**
 * Measures the Java heap of iocp4j for each idle connection. It prints a line for each kind, with its key and the
 * bytes. Both ends of a connection belong to iocp4j, so that each connection counts twice.
 */
public final class IdleConnections {
    private final Semaphore accepted = new Semaphore(0);
    private final CompletionPort port = CompletionPort.open(this::onCompletion);

    /** Opens a server on a port, and returns how to connect to it. */
    private interface Server {
        Client open(CompletionPort port) throws Win32Exception;
    }

    /** Connects once more. */
    private interface Client {
        void connect() throws Win32Exception;
    }

    private IdleConnections() throws Win32Exception {
    }

    /**
     * Counts.
     *
     * @param args how many connections of each kind
     * @throws Exception when one cannot be made
     */
    public static void main(final String[] args) throws Exception {
        final int count = Integer.parseInt(args[0]);
        print("pipe-heap", count, IdleConnections::pipe);
        print("socket-heap", count, IdleConnections::socket);
    }

    private static void print(final String key, final int count, final Server server) throws Exception {
        // The port stays open, so that its memory is not freed during the other measurements.
        System.out.println(String.format(Locale.ROOT, "%s %.1f", key, new IdleConnections().bytesEach(count, server)));
    }

    private static Client pipe(final CompletionPort port) throws Win32Exception {
        final String name = "iocp4j-bench-" + ProcessHandle.current().pid();
        NamedPipeServer.builder(port, name).open();
        return NamedPipeClient.builder(port, name)::connect;
    }

    private static Client socket(final CompletionPort port) throws Win32Exception {
        final InetAddress loopback = InetAddress.getLoopbackAddress();
        final SocketServer server = SocketServer.builder(port, new InetSocketAddress(loopback, 0)).open();
        final SocketClient.Builder client =
                SocketClient.builder(port, new InetSocketAddress(loopback, server.localPort()));
        return () -> client.connect(0);
    }

    private double bytesEach(final int count, final Server server) throws Exception {
        final Client client = server.open(port);
        // As many connections as are counted, so that everything that is allocated once is allocated now.
        connect(client, count);
        final long before = usedHeap();
        connect(client, count);
        return (usedHeap() - before) / (2.0 * count);
    }

    /** One by one, so that the server always has an instance for the next client. */
    private void connect(final Client client, final int count) throws Exception {
        for (int i = 0; i < count; i++) {
            client.connect();
            accepted.acquire();
        }
    }

    /** Collects garbage until no more memory is freed, because some objects wait for a finalizer. */
    static long usedHeap() {
        long before;
        long now = Long.MAX_VALUE;
        do {
            before = now;
            System.gc();
            now = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        } while (now < before);
        return now;
    }

    private void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.ACCEPT) {
            // Asks for the connection; otherwise the port closes it.
            completion.device();
            accepted.release();
        }
    }
}
