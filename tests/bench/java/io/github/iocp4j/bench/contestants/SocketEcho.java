package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPoller;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.socket.SocketServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** An echo server on a TCP port. */
final class SocketEcho implements OnPort {
    private final CompletionPort port;
    private final SocketServer server;

    /** Arguments: "queued", "inline" or "polled", queued on one thread; how many milliseconds each message takes. */
    SocketEcho(final List<String> arguments) throws Win32Exception {
        final String way = arguments.get(0);
        final CompletionPort.Builder builder = CompletionPort.builder(
                new EchoListener(way.equals("inline"), new Pause(arguments.get(1))));
        final boolean polled = way.equals("polled");
        port = (polled ? builder.polled() : builder).open();
        if (polled) {
            final CompletionPoller poller = port.openPoller();
            new Thread(() -> poll(poller), "poller").start();
        }
        server = SocketServer.builder(port, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).open();
    }

    @Override
    public String address() {
        return String.valueOf(server.localPort());
    }

    @Override
    public CompletionPort port() {
        return port;
    }

    private static void poll(final CompletionPoller poller) {
        for (;;) {
            poller.poll();
        }
    }
}
