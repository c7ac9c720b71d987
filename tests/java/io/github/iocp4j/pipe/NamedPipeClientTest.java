package io.github.iocp4j.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.Device;
import io.github.iocp4j.Opcode;
import io.github.iocp4j.PortClosedException;
import io.github.iocp4j.Win32Error;
import io.github.iocp4j.Win32Exception;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.RecordedPort;
import io.github.iocp4j.fixtures.Recorder;
import io.github.iocp4j.fixtures.Wine;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connecting, waiting for a busy pipe, and the errors of a connect. */
@Timeout(120)
final class NamedPipeClientTest extends RecordedPort {
    private final String name = PipePair.newName();

    @Test
    void failsWithoutAServer() {
        final Win32Exception failure = failureOf(NamedPipeClient.builder(port, name).timeout(LONG));

        assertThat(failure.code()).isEqualTo(Win32Error.FILE_NOT_FOUND);
        assertThat(failure).hasMessageStartingWith(
                "CreateFile \\\\.\\pipe\\" + name
                        + " (there is no server for that pipe) failed: ERROR_FILE_NOT_FOUND (2)");
        assertThat(port.snapshot().devices()).isEmpty();
    }

    @Test
    void failsWhenThePipeStaysBusy() throws Exception {
        serveOne();
        connectOnly();

        for (final Duration timeout : new Duration[] {Duration.ZERO, Duration.ofMillis(1), Duration.ofMillis(60)}) {
            assertThat(failureOf(NamedPipeClient.builder(port, name).timeout(timeout)).code())
                    .isEqualTo(Win32Error.PIPE_BUSY);
        }
        assertThat(port.snapshot().devices()).as("server, both ends of the connection").hasSize(3);
    }

    @Test
    void waitsUntilABusyPipeIsFree() throws Exception {
        serveOne();
        connectOnly();
        final Device first = recorder.nextSuccess(Opcode.ACCEPT).device;
        final ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            final Future<NamedPipe> second =
                    pool.submit(() -> NamedPipeClient.builder(port, name).timeout(LONG).connect());
            first.close();

            assertThat(second.get().isOpen()).isTrue();
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void waitsNoLongerWhenItIsInterrupted() throws Exception {
        serveOne();
        connectOnly();
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final AtomicBoolean interrupted = new AtomicBoolean();
        final Thread waiter = new Thread(() -> {
            failure.set(failureOf(NamedPipeClient.builder(port, name).timeout(Duration.ofDays(1))));
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        waiter.start();
        waiter.interrupt();
        waiter.join(LONG.toMillis());

        assertThat(waiter.isAlive()).isFalse();
        assertThat(failure.get()).isInstanceOfSatisfying(Win32Exception.class,
                e -> assertThat(e.code()).isEqualTo(Win32Error.OPERATION_ABORTED));
        assertThat(failure.get()).hasMessageContaining("interrupted");
        assertThat(interrupted).as("the thread's status stays").isTrue();
    }

    @Test
    void connectsToAFreePipeThoughInterrupted() throws Exception {
        NamedPipeServer.builder(port, name).open();
        Thread.currentThread().interrupt();
        try {
            assertThat(NamedPipeClient.builder(port, name).connect().isOpen()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void failsWhenTheAccessListRefusesIt() throws Exception {
        Wine.skip("Wine lets every user open a pipe, whatever its access list says");
        // All but FILE_WRITE_DATA: the server of the same user needs the rest for its instances.
        NamedPipeServer.builder(port, name).direction(PipeDirection.INBOUND)
                .securityDescriptor("D:P(A;;0x1f01fd;;;WD)").open();

        assertThat(failureOf(NamedPipeClient.builder(port, name).direction(PipeDirection.OUTBOUND)).code())
                .isEqualTo(Win32Error.ACCESS_DENIED);
    }

    @Test
    void failsWhenTheServerHasAnotherDirection() throws Exception {
        NamedPipeServer.builder(port, name).direction(PipeDirection.INBOUND).open();

        assertThat(failureOf(NamedPipeClient.builder(port, name).direction(PipeDirection.INBOUND)).code())
                .isEqualTo(Win32Error.ACCESS_DENIED);
        assertThat(failureOf(NamedPipeClient.builder(port, name)).code()).isEqualTo(Win32Error.ACCESS_DENIED);
        NamedPipeClient.builder(port, name).direction(PipeDirection.OUTBOUND).connect();
    }

    @Test
    void failsWhenAByteModePipeShallBeReadAsMessages() throws Exception {
        NamedPipeServer.builder(port, name).open();

        final Win32Exception failure = failureOf(NamedPipeClient.builder(port, name).mode(PipeMode.MESSAGE));

        assertThat(failure.code()).isEqualTo(Win32Error.INVALID_PARAMETER);
    }

    @Test
    void mayReadAPipeOfMessagesByBytes() throws Exception {
        NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).open();
        final NamedPipe client = NamedPipeClient.builder(port, name).connect();
        final NamedPipe server = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;
        server.write(PipePair.buffer("ab"), 0);
        recorder.nextSuccess(Opcode.WRITE);

        final ByteBuffer buffer = ByteBuffer.allocateDirect(1);
        client.read(buffer, 0);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(1);
        client.read(buffer, 0);
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isEqualTo(1);
        assertThat(PipePair.text(buffer, 1)).isEqualTo("b");
    }

    @Test
    void mayOnlyReadMessages() throws Exception {
        NamedPipeServer.builder(port, name).mode(PipeMode.MESSAGE).direction(PipeDirection.OUTBOUND).open();
        final NamedPipe client = NamedPipeClient.builder(port, name).direction(PipeDirection.INBOUND)
                .mode(PipeMode.MESSAGE).connect();
        final NamedPipe server = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;
        server.write(PipePair.buffer("abc"), 0);
        recorder.nextSuccess(Opcode.WRITE);

        client.read(ByteBuffer.allocateDirect(2), 0);

        assertThat(recorder.next().status).isEqualTo(Win32Error.MORE_DATA);
    }

    @Test
    void reachesAPipeByItsFullName() throws Exception {
        NamedPipeServer.builder(port, "\\\\.\\pipe\\" + name).open();

        assertThat(NamedPipeClient.builder(port, name).connect().name()).isEqualTo("\\\\.\\pipe\\" + name);
        assertThat(NamedPipeClient.builder(port, "\\\\.\\pipe\\" + name.toUpperCase()).connect().isOpen())
                .as("Windows does not tell capitals from small letters here").isTrue();
        assertThat(NamedPipeClient.builder(port, "\\\\?\\pipe\\" + name).connect().isOpen()).isTrue();
    }

    @Test
    void reachesAPipeThatIsServedByTheOtherFormOfItsName() throws Exception {
        NamedPipeServer.builder(port, "\\\\?\\pipe\\" + name).open();

        assertThat(NamedPipeClient.builder(port, name).connect().isOpen()).isTrue();
    }

    @Test
    void mayBeOnAnotherPortThanTheServer() throws Exception {
        final Recorder heard = new Recorder();
        NamedPipeServer.builder(port, name).open();
        try (CompletionPort other = CompletionPort.open(heard)) {
            final NamedPipe client = NamedPipeClient.builder(other, name).connect();
            final NamedPipe server = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;
            client.write(PipePair.buffer("x"), 1);
            server.read(ByteBuffer.allocateDirect(1), 2);

            assertThat(heard.nextSuccess(Opcode.WRITE).token).isEqualTo(1);
            assertThat(recorder.nextSuccess(Opcode.READ).token).isEqualTo(2);
            server.read(ByteBuffer.allocateDirect(1), 3);
        }
        assertThat(recorder.next().status).as("the client went with its port").isEqualTo(Win32Error.BROKEN_PIPE);
    }

    @Test
    void isRefusedByAClosedPort() throws Exception {
        NamedPipeServer.builder(port, name).open();
        final CompletionPort other = CompletionPort.open(batch -> { });
        other.close();

        assertThatThrownBy(() -> NamedPipeClient.builder(other, name).connect())
                .isInstanceOf(PortClosedException.class);
    }

    @Test
    void isRefusedWhatMakesNoSense() {
        assertThatThrownBy(() -> NamedPipeClient.builder(null, name)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> NamedPipeClient.builder(port, "")).isInstanceOf(IllegalArgumentException.class);
        final NamedPipeClient.Builder builder = NamedPipeClient.builder(port, name);
        assertThatThrownBy(() -> builder.mode(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.direction(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> builder.timeout(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    private void serveOne() throws Win32Exception {
        NamedPipeServer.builder(port, name).listening(1).maxInstances(1).open();
    }

    private void connectOnly() throws Win32Exception {
        NamedPipeClient.builder(port, name).connect();
    }

    private static Win32Exception failureOf(final NamedPipeClient.Builder builder) {
        return catchThrowableOfType(Win32Exception.class, builder::connect);
    }
}
