package io.github.iocp4j.tools.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
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

    @Test
    void countsAClientThatLeavesBeforeItsAnswerAsLost() throws Exception {
        final EchoServer echo = new EchoServer(2, System.err);
        final String pipe = "iocp4j-test-echo-lost-" + ProcessHandle.current().pid();
        try (CompletionPort port = CompletionPort.open(echo);
                // Without buffers, so that a write is over when it has been read.
                NamedPipeServer server = NamedPipeServer.builder(port, pipe).buffers(0, 0).open();
                CompletionPort other = CompletionPort.open(batch -> { })) {
            NamedPipeClient.builder(other, pipe).connect().close();
            final NamedPipe client = NamedPipeClient.builder(other, pipe).connect();
            client.write(ByteBuffer.allocateDirect(100), 0);
            while (client.peek().bytesAvailable() < 100) {
                Thread.sleep(1);
            }
            client.close();
            while (!figures(echo).contains("lost: 1")) {
                Thread.sleep(1);
            }
            assertThat(server.isOpen()).isTrue();
        }
        assertThat(figures(echo).lines()).contains("connections: 2", "refused: 0", "lost: 1");
    }

    private static String figures(final EchoServer echo) {
        final ByteArrayOutputStream figures = new ByteArrayOutputStream();
        echo.print(new PrintStream(figures, true));
        return figures.toString();
    }

    private static void assertEchoes(final Socket client, final int octet) throws IOException {
        client.getOutputStream().write(octet);
        assertThat(client.getInputStream().read()).isEqualTo(octet);
    }
}
