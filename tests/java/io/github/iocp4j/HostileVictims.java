package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** A port and pipes in normal use, which hostile calls on other devices must not disturb. */
final class HostileVictims implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);

    final CompletionPort port;
    final PipePair pair;
    private final Recorder recorder = new Recorder();
    private final NamedPipeServer server;
    /** Valid keys of devices, which hostile calls must not use. */
    private final Set<Long> keys = new HashSet<>();

    /** Opens the port and the pipes, and reports their keys. */
    HostileVictims(final HostileNumbers numbers) throws Exception {
        port = CompletionPort.builder(recorder).name("victim").open();
        server = NamedPipeServer.builder(port, HostileTargets.newPipe()).listening(2).open();
        pair = PipePair.open(port, recorder, PipeMode.BYTE);
        numbers.know(pair.server.read(ByteBuffer.allocateDirect(10), 1));
        numbers.know(pair.client.read(ByteBuffer.allocateDirect(10), 2));
        numbers.know(port.id());
        for (final DeviceSnapshot device : port.snapshot().devices()) {
            numbers.know(device.key());
            keys.add(device.key());
        }
    }

    /** Whether the key belongs to one of the devices. */
    boolean haveDevice(final long key) {
        return keys.contains(key);
    }

    void assertUnharmed() throws Exception {
        assertThat(recorder.isEmpty()).as("nothing has happened to them").isTrue();
        pair.client.write(PipePair.buffer("x"), 3);
        pair.server.write(PipePair.buffer("y"), 4);
        assertThat(recorder.nextByToken(4)).containsOnlyKeys(1L, 2L, 3L, 4L)
                .allSatisfy((token, done) -> assertThat(done.status).isZero());
        NamedPipeClient.builder(port, server.name()).connect();
        assertThat(recorder.nextSuccess(Opcode.ACCEPT).device).isInstanceOf(NamedPipe.class);
        final PortSnapshot snapshot = port.snapshot();
        assertThat(snapshot.foreignPackets()).isZero();
        assertThat(snapshot.unbalancedDevices()).isZero();
        assertThat(snapshot.operationsQuarantined()).isZero();
        assertThat(server.close(LONG)).isTrue();
        assertThat(pair.server.close(LONG)).isTrue();
        assertThat(pair.client.close(LONG)).isTrue();
    }

    @Override
    public void close() {
        port.close();
    }
}
