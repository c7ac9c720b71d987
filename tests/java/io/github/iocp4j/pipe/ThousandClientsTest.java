package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many connected clients, idle at first, then all at once. */
@Timeout(300)
final class ThousandClientsTest {
    private static final int CLIENTS = 1_000;

    @Test
    void areServedByOnePort() throws Exception {
        final Recorder recorder = new Recorder();
        final String name = PipePair.newName();
        final List<NamedPipe> clients = new ArrayList<>();
        final List<ByteBuffer> buffers = new ArrayList<>();
        final CompletionPort port = CompletionPort.builder(recorder).open();
        final CompletionPort clientPort = CompletionPort.builder(batch -> { }).open();
        try {
            NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).listening(16).open();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(NamedPipeClient.builder(clientPort, name).connect());
                buffers.add(ByteBuffer.allocateDirect(16));
                ((NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device).read(buffers.get(i), i);
            }
            assertThat(port.snapshot().operationsInFlight()).isEqualTo(CLIENTS + 16);
            assertThat(recorder.isEmpty()).isTrue();

            for (int i = 0; i < CLIENTS; i++) {
                clients.get(i).write(PipePair.buffer("client " + i), 0);
            }
            final Set<String> heard = new HashSet<>();
            for (int i = 0; i < CLIENTS; i++) {
                final Recorder.Completion read = recorder.nextSuccess(Opcode.READ);
                heard.add(PipePair.text(buffers.get((int) read.token), read.bytes));
            }
            assertThat(heard).hasSize(CLIENTS);
        } finally {
            assertThat(clientPort.close(Duration.ofMinutes(2))).isTrue();
            assertThat(port.close(Duration.ofMinutes(2))).isTrue();
        }
    }
}
