package io.github.iocp4j.monitoring;

import io.github.iocp4j.CompletionBatch;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.DeviceSnapshot;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortSnapshot;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.WorkerActivity;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A port with some history, and without activity: its figures stay the same until the test does something. */
public final class BusyPort implements AutoCloseable {
    /** How many instances of its pipe wait for clients. */
    public static final int LISTENING = 3;
    /** Its devices: the server, and those instances. */
    public static final int DEVICES = 1 + LISTENING;
    /** Bytes that its client has written, and its server has read. */
    public static final int WRITTEN = 5;

    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final int CLIENT = 1;

    private final Semaphore delivered = new Semaphore(0);
    private final CompletionPort port;
    private final NamedPipeServer server;

    /**
     * Opens the port, lets a client write to a pipe and close it, and waits until all completions are delivered.
     *
     * @param name the port's
     * @throws Exception when it cannot be
     */
    public BusyPort(final String name) throws Exception {
        port = CompletionPort.batchBuilder(this::onCompletions).name(name).workers(2).operations(5_000).open();
        server = NamedPipeServer.builder(port, newPipe()).listening(LISTENING).open();
        converse();
        awaitSilence();
    }

    /**
     * A name for a pipe.
     *
     * @return a unique name
     */
    public static String newPipe() {
        return "iocp4j-monitor-" + ProcessHandle.current().pid() + '-' + COUNTER.incrementAndGet();
    }

    /** The port. */
    public CompletionPort port() {
        return port;
    }

    /** The server of its pipe. */
    public NamedPipeServer server() {
        return server;
    }

    /** The server in a snapshot of the port. */
    DeviceSnapshot server(final PortSnapshot snapshot) {
        return snapshot.devices().stream().filter(device -> device.key() == server.key()).findAny().orElseThrow();
    }

    /** Does once more what the constructor does. */
    void converse() throws Exception {
        try (NamedPipe client = NamedPipeClient.builder(port, server.name()).connect()) {
            client.write(ByteBuffer.allocateDirect(WRITTEN), CLIENT);
            // The write, and the read of its data.
            delivered.acquire(2);
        }
        // The read that finds the client gone.
        delivered.acquire();
    }

    /** Waits until no worker is active; the test's timeout ends the loop. */
    PortSnapshot awaitSilence() throws InterruptedException {
        for (;;) {
            final PortSnapshot snapshot = port.snapshot();
            if (snapshot.operationsAccepted() == snapshot.operationsCompleted() + LISTENING
                    && snapshot.devices().size() == DEVICES && snapshot.workerStates().stream()
                            .allMatch(worker -> worker.activity() == WorkerActivity.WAITING)) {
                return snapshot;
            }
            Thread.sleep(1);
        }
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            if (batch.opcode(i) == Opcode.POST) {
                continue;
            }
            final boolean accepted = batch.opcode(i) == Opcode.ACCEPT;
            if (accepted && batch.status(i) != Win32Error.SUCCESS) {
                continue;
            }
            if (!accepted) {
                delivered.release();
            }
            if (batch.token(i) != CLIENT) {
                if (batch.status(i) == Win32Error.SUCCESS) {
                    ((NamedPipe) batch.device(i)).read(ByteBuffer.allocateDirect(WRITTEN), 0);
                } else {
                    batch.device(i).close();
                }
            }
        }
    }

    @Override
    public void close() {
        port.close();
    }
}
