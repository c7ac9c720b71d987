package io.github.iocp4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.socket.SocketServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The TCP server and the JDK's own sockets as its clients. */
@Timeout(180)
class TcpServerTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void sendsEverythingBackBeforeItParts() throws Exception {
        final byte[] sent = new byte[300_000];
        new Random(1).nextBytes(sent);
        try (CompletionPort port = CompletionPort.open(new TcpServer(Duration.ofMinutes(2)));
                SocketServer server = SocketServer.builder(port, ANY_PORT).open();
                Socket client = new Socket(ANY_PORT.getAddress(), server.localPort())) {
            final CompletableFuture<byte[]> back = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.getInputStream().readAllBytes();
                } catch (final IOException e) {
                    throw new AssertionError(e);
                }
            }, reader -> new Thread(reader, "reader").start());
            client.getOutputStream().write(sent);
            client.shutdownOutput();
            assertThat(back.get()).isEqualTo(sent);
        }
    }

    @Test
    void partsFromASilentClient() throws Exception {
        try (CompletionPort port = CompletionPort.open(new TcpServer(Duration.ofMillis(100)));
                SocketServer server = SocketServer.builder(port, ANY_PORT).open();
                Socket client = new Socket(ANY_PORT.getAddress(), server.localPort())) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void partsFromOneClientTooMany() throws Exception {
        // Room for two accepts and one connection.
        try (CompletionPort port = CompletionPort.builder(new TcpServer(Duration.ofMinutes(2))).operations(3).open();
                SocketServer server = SocketServer.builder(port, ANY_PORT).listening(2).open();
                Socket first = new Socket(ANY_PORT.getAddress(), server.localPort())) {
            first.getOutputStream().write(7);
            assertThat(first.getInputStream().read()).isEqualTo(7);
            try (Socket second = new Socket(ANY_PORT.getAddress(), server.localPort())) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
        }
    }
}
