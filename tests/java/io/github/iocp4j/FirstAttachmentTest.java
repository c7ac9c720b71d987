package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.file.DirectoryWatch;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import io.github.iocp4j.socket.StreamSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A builder attaches the object before the device's first completion, which may come before the builder returns. */
@Timeout(120)
final class FirstAttachmentTest {
    private static final int TIMES = 50;

    private final BlockingQueue<Object> attachments = new LinkedBlockingQueue<>();
    private CompletionPort port;

    @BeforeEach
    void open() throws Exception {
        port = CompletionPort.open(completion -> {
            if (completion.opcode() == Opcode.CONNECT || completion.opcode() == Opcode.CHANGE) {
                attachments.add(String.valueOf(completion.device().attachment()));
            }
        });
    }

    @AfterEach
    void close() {
        port.close(Duration.ofSeconds(Recorder.TIMEOUT_SECONDS));
    }

    @Test
    void ofAClient() throws Exception {
        final SocketServer server = SocketServer.builder(port, SocketPair.loopback()).attach("server").open();
        assertThat(server.attachment()).isEqualTo("server");
        for (int i = 0; i < TIMES; i++) {
            final StreamSocket client =
                    SocketClient.builder(port, server.localAddress()).attach("client " + i).connect(0);
            assertThat(next()).isEqualTo("client " + i);
            assertThat(client.attachment()).isEqualTo("client " + i);
        }
    }

    @Test
    void ofAWatch(@TempDir final Path folder) throws Exception {
        DirectoryWatch.builder(port, folder).attach("watch").open();
        Files.createFile(folder.resolve("file"));
        assertThat(next()).isEqualTo("watch");
    }

    @Test
    void ofAPipesEnds() throws Exception {
        final String name = PipePair.newName();
        assertThat(NamedPipeServer.builder(port, name).attach("server").open().attachment()).isEqualTo("server");
        assertThat(NamedPipeClient.builder(port, name).attach("client").connect().attachment()).isEqualTo("client");
    }

    private Object next() throws InterruptedException {
        return attachments.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
}
