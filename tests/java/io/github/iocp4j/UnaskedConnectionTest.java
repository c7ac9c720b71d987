package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.LoggedLines;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.SocketServer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The port closes a new connection that the listener has not asked for, because no other code can close it. */
@Timeout(120)
final class UnaskedConnectionTest {
    private static final int CLIENTS = 3;

    private final Recorder recorder = new Recorder();
    private final BlockingQueue<Device> asked = new LinkedBlockingQueue<>();
    private CompletionPort clientPort;
    private CompletionPort port;
    private volatile boolean asks;
    private volatile Device accepted;
    private SocketServer sockets;
    private String pipe;

    private enum Transport { PIPE, TCP }

    private enum Form {
        EACH, BATCH, POLLED_EACH, POLLED_BATCH;

        boolean isBatch() {
            return this == BATCH || this == POLLED_BATCH;
        }

        boolean isPolled() {
            return this == POLLED_EACH || this == POLLED_BATCH;
        }
    }

    static Stream<Arguments> transportsAndForms() {
        return Stream.of(Transport.values()).flatMap(
                transport -> Stream.of(Form.values()).map(form -> Arguments.of(transport, form)));
    }

    @BeforeEach
    void open() throws Win32Exception {
        clientPort = CompletionPort.builder(recorder).name("clients").open();
    }

    @AfterEach
    void close() {
        clientPort.close();
        port.close();
    }

    @ParameterizedTest
    @MethodSource("transportsAndForms")
    void isClosedAndReportedOnce(final Transport transport, final Form form) throws Exception {
        serve(transport, form);
        final int alone = port.snapshot().devices().size();
        try (LoggedLines logged = new LoggedLines()) {
            for (int i = 0; i < CLIENTS; i++) {
                final Recorder.Completion end = readAfterConnecting(transport);
                assertThat(end.status).isIn(Win32Error.SUCCESS, Win32Error.BROKEN_PIPE);
                assertThat(end.bytes).isZero();
                end.device.close();
            }
            assertThat(logged.lines).singleElement().asString()
                    .contains(port.toString(), transport == Transport.PIPE ? pipe : "127.0.0.1", "Call device()");
        }
        assertThat(port.snapshot().devices()).hasSize(alone);
    }

    @ParameterizedTest
    @MethodSource("transportsAndForms")
    void staysOpenWhenItWasOnlyAskedFor(final Transport transport, final Form form) throws Exception {
        asks = true;
        serve(transport, form);
        try (LoggedLines logged = new LoggedLines()) {
            final StreamDevice client = connect(transport);
            client.write(PipePair.buffer("x"), 1);
            recorder.nextSuccess(Opcode.WRITE);
            final StreamDevice connection = (StreamDevice) nextAsked();
            // Comes after the batch of the accept.
            port.post(0, 0, 0);
            assertThat(nextAsked()).isSameAs(connection);
            assertThat(connection.isOpen()).isTrue();
            connection.write(PipePair.buffer("y"), 2);
            client.read(ByteBuffer.allocateDirect(1), 3);
            assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(1);
            assertThat(logged.lines).isEmpty();
        }
    }

    private void serve(final Transport transport, final Form form) throws Exception {
        final CompletionPort.Builder builder = form.isBatch() ? CompletionPort.batchBuilder(this::onCompletions)
                : CompletionPort.builder(this::onCompletion);
        port = (form.isPolled() ? builder.polled() : builder.workers(1)).name("server").open();
        if (transport == Transport.PIPE) {
            pipe = PipePair.newName();
            NamedPipeServer.builder(port, pipe).listening(1).open();
        } else {
            sockets = SocketServer.builder(port, SocketPair.loopback()).listening(1).open();
        }
        if (form.isPolled()) {
            new Thread(this::poll, "poller").start();
        }
    }

    private void poll() {
        try (CompletionPoller poller = port.openPoller()) {
            while (true) {
                poller.poll();
            }
        } catch (final PortClosedException end) {
            // The test is over.
        }
    }

    private StreamDevice connect(final Transport transport) throws Exception {
        if (transport == Transport.PIPE) {
            return NamedPipeClient.builder(clientPort, pipe).connect();
        }
        final SocketAddress address = new InetSocketAddress("127.0.0.1", sockets.localPort());
        final StreamDevice client = SocketClient.builder(clientPort, address).connect(0);
        recorder.nextSuccess(Opcode.CONNECT);
        return client;
    }

    private Recorder.Completion readAfterConnecting(final Transport transport) throws Exception {
        connect(transport).read(ByteBuffer.allocateDirect(1), 1);
        return recorder.next();
    }

    private Device nextAsked() throws InterruptedException {
        return asked.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private void onCompletion(final Completion completion) {
        if (asks && completion.opcode() == Opcode.ACCEPT) {
            accepted = completion.device();
        }
        if (asks && (completion.opcode() == Opcode.ACCEPT || completion.opcode() == Opcode.POST)) {
            asked.add(accepted);
        }
    }

    private void onCompletions(final CompletionBatch batch) {
        for (int i = 0; i < batch.size(); i++) {
            onCompletion(batch.completion(i));
        }
    }
}
