package io.github.iocp4j;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Both ends of a TCP connection in this process, on one port. */
final class SocketPair {
    final StreamSocket server;
    final StreamSocket client;

    private SocketPair(final StreamSocket server, final StreamSocket client) {
        this.server = server;
        this.client = client;
    }

    /** An address of this machine with a port of Windows' choice. */
    static InetSocketAddress loopback() {
        return loopback(0);
    }

    static InetSocketAddress loopback(final int number) {
        return new InetSocketAddress(address(new byte[] {127, 0, 0, 1}), number);
    }

    static InetSocketAddress loopback6() {
        final byte[] one = new byte[16];
        one[15] = 1;
        return new InetSocketAddress(address(one), 0);
    }

    /** Connects; takes both completions from the recorder. */
    static SocketPair open(final CompletionPort port, final Recorder recorder) throws Exception {
        try (SocketServer server = SocketServer.builder(port, loopback()).listening(1).open()) {
            return connect(port, recorder, server);
        }
    }

    static SocketPair connect(final CompletionPort port, final Recorder recorder, final SocketServer server)
            throws Exception {
        final StreamSocket client = SocketClient.builder(port, server.localAddress()).connect(0);
        StreamSocket accepted = null;
        for (final Recorder.Completion done : recorder.next(2)) {
            if (done.status != Win32Error.SUCCESS) {
                throw new AssertionError(done.toString());
            }
            if (done.opcode == Opcode.ACCEPT) {
                accepted = (StreamSocket) done.device;
            }
        }
        return new SocketPair(accepted, client);
    }

    private static InetAddress address(final byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (final UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
