package io.github.iocp4j.bench.contestants;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.SocketServer;
import io.github.iocp4j.Win32Exception;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** An echo server on a TCP port. */
final class SocketEcho implements OnPort {
    private final CompletionPort port;
    private final SocketServer server;

    /** Arguments: "queued" or "inline". */
    SocketEcho(final List<String> arguments) throws Win32Exception {
        port = CompletionPort.open(new EchoListener(arguments.get(0).equals("inline")));
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
}
