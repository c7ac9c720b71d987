package io.github.iocp4j.tools.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.SocketServer;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class EchoServerTest {
    private static final int ROUNDS = 100;

    @Test
    void servesAClientThatCannotBeServedInline() throws Exception {
        final AtomicInteger asked = new AtomicInteger();
        final EchoServer echo = new EchoServer(1, System.err, device -> {
            asked.incrementAndGet();
            throw new Win32Exception("WSAIoctl", Win32Error.WSAEOPNOTSUPP);
        });
        final InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (CompletionPort port = CompletionPort.open(echo);
                SocketServer server = SocketServer.builder(port, anywhere).listening(1).open()) {
            try (Socket client = new Socket()) {
                client.connect(server.localAddress());
                for (int i = 0; i < ROUNDS; i++) {
                    assertEchoes(client, i);
                }
                client.shutdownOutput();
                assertThat(client.getInputStream().read()).as("the end").isNegative();
            }
            assertThat(asked.get()).isEqualTo(1);
        }
    }

    private static void assertEchoes(final Socket client, final int octet) throws IOException {
        client.getOutputStream().write(octet);
        assertThat(client.getInputStream().read()).isEqualTo(octet);
    }
}
