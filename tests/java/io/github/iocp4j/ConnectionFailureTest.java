package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Uninterruptibly;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * When the listener throws for one of fifty connections, only that connection is affected, for any kind of completion.
 * The completions of all connections come together, so that they share a batch.
 */
@Timeout(120)
final class ConnectionFailureTest {
    private static final int CLIENTS = 50;
    /** The number of the connection that the listener fails at, in the order of their accepts. */
    private static final int VICTIM = 25;
    private static final int LENGTH = Integer.BYTES;
    private static final long GATE = -1;
    private static final long SERVER = -2;

    private final Recorder recorder = new Recorder();
    private final List<Client> clients = new ArrayList<>();
    private final BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
    private final AtomicInteger accepts = new AtomicInteger();
    private final CompletionExceptionHandler closing = (completion, thrown) -> {
        failures.add(new Failure(completion, thrown));
        if (completion.opcode() != Opcode.ACCEPT) {
            completion.device().close();
        }
    };
    private CompletionPort clientPort;
    private CompletionPort port;
    private Moment moment;
    private Throwable thrown;
    private volatile CountDownLatch gate;

    /** The kind of completion for which the listener throws. */
    private enum Moment { ACCEPT, READ, WRITE, END }

    /** Something that makes completions. */
    private interface Burst {
        void run() throws Exception;
    }

    /** One end of a connection that sends requests; the other end answers with its number. */
    private static final class Client {
        final NamedPipe pipe;
        final ByteBuffer question = ByteBuffer.allocateDirect(LENGTH);
        final ByteBuffer answer = ByteBuffer.allocateDirect(LENGTH);

        Client(final NamedPipe pipe) {
            this.pipe = pipe;
            pipe.attach(this);
        }

        void ask() {
            pipe.read(answer, 0);
            pipe.write(question, 0);
        }

        int number() {
            return answer.getInt(0);
        }
    }

    /** What the exception handler was called with. */
    private static final class Failure {
        final Device device;
        final Opcode opcode;
        final long token;
        final Throwable thrown;
        final String text;

        Failure(final Completion completion, final Throwable thrown) {
            device = completion.device();
            opcode = completion.opcode();
            token = completion.token();
            this.thrown = thrown;
            text = completion.toString();
        }
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

    static Stream<Arguments> momentsAndThrowables() {
        return Stream.of(Moment.values()).flatMap(when -> Stream.of(
                new NullPointerException(), new IOException("checked"), new OutOfMemoryError("on purpose"),
                new ThreadDeath()).map(what -> Arguments.of(when, what)));
    }

    @ParameterizedTest
    @MethodSource("momentsAndThrowables")
    void costsNoOtherConnection(final Moment when, final Throwable what) throws Exception {
        serve(CompletionPort.builder(this::onCompletion).workers(1).exceptionHandler(closing), when, what);

        allOthersAreServed();

        final Failure failure = failures.poll(Recorder.TIMEOUT_SECONDS, TimeUnit.SECONDS);
        assertThat(failure).isNotNull();
        assertThat(failure.thrown).isSameAs(what);
        assertThat(failure.opcode).isEqualTo(when == Moment.END ? Opcode.READ : Opcode.valueOf(when.name()));
        assertThat(failure.token).isEqualTo(when == Moment.ACCEPT ? SERVER : VICTIM);
        assertThat(failure.device).isInstanceOf(NamedPipe.class);
        assertThat(failure.text).startsWith(failure.opcode + " on " + failure.device.name() + ", token "
                + failure.token + ": " + (when == Moment.END ? "ERROR_BROKEN_PIPE" : ""));
        failure.device.closeAsync().toCompletableFuture().get();
        // A read that it had started before may have met a device that was being closed.
        assertThat(failures).allMatch(
                later -> later.device == failure.device && later.thrown instanceof DeviceClosedException);
        assertThat(port.snapshot().devices()).as("the server, the instances that wait, and all connections but one")
                .hasSize(2 * CLIENTS);
    }

    @Test
    void costsNoOtherConnectionWhenHandlerAndConsoleFailToo() throws Exception {
        final PrintStream console = System.err;
        System.setErr(new PrintStream(new ByteArrayOutputStream()) {
            @Override
            public void println(final Object line) {
                throw new OutOfMemoryError("no room for a stack trace");
            }
        });
        try {
            serve(CompletionPort.builder(this::onCompletion).workers(1).exceptionHandler((completion, caught) -> {
                throw new IllegalStateException("the handler");
            }), Moment.ACCEPT, new IllegalStateException("the listener"));

            allOthersAreServed();
        } finally {
            System.setErr(console);
        }
    }

    @Test
    void costsNoOtherConnectionOnAPolledPort() throws Exception {
        serve(CompletionPort.builder(this::onCompletion).polled().exceptionHandler(closing), Moment.READ,
                new NullPointerException());
        final Thread thread = new Thread(this::poll, "poller");
        thread.start();

        allOthersAreServed();

        assertThat(failures).hasSize(1);
        port.closeAsync();
        thread.join();
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

    private void serve(final CompletionPort.Builder builder, final Moment when, final Throwable what)
            throws Win32Exception {
        moment = when;
        thrown = what;
        port = builder.name("server").open();
    }

    /**
     * Connects all clients, and lets each send two requests. One client ends between them if the listener shall fail at
     * its end.
     */
    private void allOthersAreServed() throws Exception {
        final String name = PipePair.newName();
        final NamedPipeServer server = NamedPipeServer.builder(port, name).listening(CLIENTS).token(SERVER).open();
        together(() -> {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(new Client(NamedPipeClient.builder(clientPort, name).connect()));
            }
        });
        assertThat(server.isOpen()).isTrue();

        together(() -> clients.forEach(Client::ask));
        assertThat(answers(CLIENTS)).as("first round").isEqualTo(
                moment == Moment.ACCEPT || moment == Moment.READ ? CLIENTS - 1 : CLIENTS);

        together(() -> {
            if (moment == Moment.END) {
                clients.stream().filter(client -> client.number() == VICTIM).forEach(client -> client.pipe.close());
                clients.removeIf(client -> !client.pipe.isOpen());
            }
            clients.forEach(Client::ask);
        });
        assertThat(answers(clients.size())).as("second round").isEqualTo(CLIENTS - 1);
    }

    /** Keeps the server's thread in its listener until the completions that follow are in the queue. */
    private void together(final Burst burst) throws Exception {
        gate = new CountDownLatch(1);
        port.post(0, 0, GATE);
        burst.run();
        gate.countDown();
    }

    /** The number of clients that get an answer; the others find that their connection is gone. */
    private int answers(final int asked) throws InterruptedException {
        return (int) recorder.next(2 * asked).stream().filter(
                done -> done.opcode == Opcode.READ && done.status == Win32Error.SUCCESS).count();
    }

    private void onCompletion(final Completion completion) {
        if (completion.opcode() == Opcode.POST) {
            Uninterruptibly.await(gate);
        } else if (completion.status() != Win32Error.SUCCESS) {
            if (completion.opcode() == Opcode.READ) {
                failAt(Moment.END, completion);
                completion.device().close();
            }
        } else if (completion.opcode() == Opcode.ACCEPT) {
            final int number = accepts.incrementAndGet();
            final NamedPipe pipe = (NamedPipe) completion.device();
            pipe.attach(ByteBuffer.allocateDirect(LENGTH));
            pipe.read((ByteBuffer) pipe.attachment(), number);
            if (number == VICTIM && moment == Moment.ACCEPT) {
                throw ConnectionFailureTest.<RuntimeException>sneaky(thrown);
            }
        } else {
            final NamedPipe pipe = (NamedPipe) completion.device();
            final ByteBuffer buffer = (ByteBuffer) pipe.attachment();
            if (completion.opcode() == Opcode.READ) {
                failAt(Moment.READ, completion);
                pipe.write(buffer.putInt(0, (int) completion.token()), completion.token());
            } else {
                failAt(Moment.WRITE, completion);
                pipe.read(buffer, completion.token());
            }
        }
    }

    private void failAt(final Moment when, final Completion completion) {
        if (moment == when && completion.token() == VICTIM) {
            throw ConnectionFailureTest.<RuntimeException>sneaky(thrown);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaky(final Throwable thrown) throws T {
        throw (T) thrown;
    }
}
