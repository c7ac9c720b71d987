package io.github.iocp4j;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.internal.DeviceNative;
import io.github.iocp4j.internal.NamedPipeNative;
import io.github.iocp4j.internal.PipeConnect;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** The port and devices that hostile calls may affect, and the results of the operations that these calls start. */
final class HostileTargets {
    private static final Duration LONG = Duration.ofSeconds(Recorder.TIMEOUT_SECONDS);
    /** Low enough that the calls reach the ceiling. */
    private static final int CEILING = 300;

    /** For each token, the number of completions. */
    final Map<Long, AtomicInteger> completed = new ConcurrentHashMap<>();
    /** For each token, the maximum number of bytes. */
    final Map<Long, Integer> lengths = new ConcurrentHashMap<>();
    final Queue<String> flaws = new ConcurrentLinkedQueue<>();
    private final Queue<Device> connections = new ConcurrentLinkedQueue<>();
    private final HostileNumbers numbers;
    private CompletionPort port;
    private NamedPipeServer server;

    HostileTargets(final HostileNumbers numbers) {
        this.numbers = numbers;
    }

    CompletionPort port() {
        return port;
    }

    NamedPipeServer server() {
        return server;
    }

    List<Device> connections() {
        return connections.stream().collect(toList());
    }

    static String newPipe() {
        return "\\\\.\\pipe\\" + PipePair.newName();
    }

    void open() throws Exception {
        port = CompletionPort.batchBuilder(this::heard).name("target").operations(CEILING).workers(2).open();
        server = NamedPipeServer.builder(port, newPipe()).listening(2).mode(PipeMode.MESSAGE).open();
        for (int i = 0; i < 2; i++) {
            connections.add(NamedPipeClient.builder(port, server.name()).connect());
        }
        while (connections.size() < 4) {
            // The two accepts; the test's timeout ends this.
            Thread.sleep(1);
        }
        numbers.know(port.id());
        for (final DeviceSnapshot device : port.snapshot().devices()) {
            numbers.know(device.key());
        }
    }

    void close() {
        if (port != null) {
            assertThat(port.close(LONG)).as("closed in time").isTrue();
            connections.clear();
        }
    }

    /** Replaces connections that were closed. */
    void replenish() throws Exception {
        while (connections.size() < 4 && server.isOpen() && connectable()) {
            // Until its accept has been heard of as well.
            Thread.sleep(1);
        }
    }

    /** Replaces a connection that was closed; false when the server was closed. */
    private boolean connectable() {
        connections.removeIf(device -> DeviceNative.name(device.key()).isEmpty());
        if (connections.size() >= 4) {
            return true;
        }
        final long key = NamedPipeNative.openClient(port.id(), server.name(), 3, false, 1, false, false);
        final long answer = NamedPipeNative.connect(key, new PipeConnect());
        if (answer > 0) {
            connections.add(port.register(CompletionBatch.CONNECTIONS.get(DeviceKind.PIPE).connection(port, key, 0)));
        } else {
            DeviceNative.close(key);
        }
        return answer > 0 || -answer == Win32Error.PIPE_BUSY;
    }

    /** For ports that tests open by native calls. It belongs to another port, which does not end with ours. */
    CompletionDispatcher dispatcher() throws Exception {
        try (CompletionPort other = CompletionPort.builder(completion -> { }).polled().open()) {
            return new CompletionDispatcher(
                    other, completion -> { }, null, (completion, thrown) -> flaws.add(thrown.toString()));
        }
    }

    private void heard(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) == Opcode.ACCEPT) {
                if (batch.status(i) == Win32Error.SUCCESS) {
                    connections.add(batch.device(i));
                }
            } else if (batch.opcode(i) != Opcode.POST && batch.opcode(i) != Opcode.CHANGE) {
                completed.computeIfAbsent(batch.token(i), token -> new AtomicInteger()).incrementAndGet();
                // The record may come before the call that started it has returned.
                final Integer length = lengths.get(batch.token(i));
                if (length == null || batch.bytes(i) < 0 || batch.bytes(i) > length) {
                    flaws.add(batch.bytes(i) + " bytes for a length of " + length);
                }
            }
        }
    }
}
