package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.Completion;
import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.DetachedSocket;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** An echo server with a polled port for each processor. One more port accepts, and gives them connections in turn. */
final class SocketEchoPorts implements Workload {
    private final EchoListener listener;
    private final List<CompletionPort> ports = new ArrayList<>();
    private final SocketServer server;
    private int next;

    /** Arguments: how many milliseconds each message takes. */
    SocketEchoPorts(final List<String> arguments) throws Win32Exception {
        listener = new EchoListener(false, new Pause(arguments.get(0)));
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            final CompletionPort port = CompletionPort.builder(listener).polled().open();
            ports.add(port);
            poll(port.openPoller());
        }
        final CompletionPort acceptor = CompletionPort.builder(this::accepted).polled().open();
        poll(acceptor.openPoller());
        server = SocketServer.builder(acceptor, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).detached()
                .open();
    }

    @Override
    public String address() {
        return String.valueOf(server.localPort());
    }

    @Override
    public long upcalls() {
        return ports.stream().mapToLong(port -> port.snapshot().batches()).sum();
    }

    @Override
    public long completions() {
        return ports.stream().mapToLong(port -> port.snapshot().completions()).sum();
    }

    private void accepted(final Completion completion) {
        if (completion.status() != Win32Error.SUCCESS) {
            return;
        }
        final DetachedSocket<?> connection = (DetachedSocket<?>) completion.detached();
        try {
            listener.serve((StreamSocket) connection.associate(ports.get(next++ % ports.size())));
        } catch (final Win32Exception gone) {
            connection.close();
        }
    }

    private static void poll(final CompletionPoller poller) {
        final Thread thread = new Thread(() -> {
            for (;;) {
                poller.poll();
            }
        }, "poller");
        thread.setDaemon(true);
        thread.start();
    }
}
