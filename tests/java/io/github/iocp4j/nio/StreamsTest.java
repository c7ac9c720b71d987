package io.github.iocp4j.nio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.github.iocp4j.CompletionPort;
import io.github.iocp4j.OperationLimitException;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.ChildPipe;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.PipeDirection;
import io.github.iocp4j.socket.SocketClient;
import io.github.iocp4j.socket.StreamSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams over devices of several kinds. */
@Timeout(300)
final class StreamsTest {
    @Test
    void readUntilTheWriterOfAChildPipeHasGone() throws Exception {
        final ChildPipe child = ChildPipe.builder(Streams.port(), PipeDirection.INBOUND).open();
        try (Streams streams = Streams.of(child.parentEnd())) {
            assertThatThrownBy(() -> streams.output().write(1)).isInstanceOf(IOException.class);
            final Waiting<Integer> read = Waiting.enter(() -> streams.input().read());
            child.closeChildEnd();
            assertThat(read.get()).isEqualTo(-1);
        }
        assertThat(child.parentEnd().isOpen()).isFalse();
    }

    @Test
    void workOverTcp() throws Exception {
        final CompletableFuture<Integer> connected = new CompletableFuture<>();
        try (CompletionPort port = CompletionPort.open(
                Streams.listener(completion -> connected.complete(completion.status())));
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StreamSocket device = SocketClient.builder(port, server.getLocalSocketAddress()).connect(0);
                Socket peer = server.accept(); Streams streams = Streams.of(device)) {
            assertThat(connected.get()).isZero();
            streams.output().write("ping".getBytes(UTF_8));
            assertThat(peer.getInputStream().readNBytes(4)).asString(UTF_8).isEqualTo("ping");
            peer.getOutputStream().write("pong".getBytes(UTF_8));
            peer.shutdownOutput();
            assertThat(streams.input().readAllBytes()).asString(UTF_8).isEqualTo("pong");
        }
    }

    @Test
    void sayStreamClosed() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(PipePair.newName())) {
            final Streams streams = Streams.of(connected(server));
            final Waiting<Integer> read = Waiting.enter(() -> streams.input().read());
            streams.output().close();
            assertThat(read.thrown()).isInstanceOf(IOException.class).hasMessage("Stream closed");
            assertThatThrownBy(() -> streams.output().write(1)).hasMessage("Stream closed");
            assertThatThrownBy(() -> streams.input().available()).hasMessage("Stream closed");
            streams.close();
        }
    }

    @Test
    void noticeThatTheDeviceOrItsPortIsClosed() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(PipePair.newName())) {
            final NamedPipe pipe = connected(server);
            final Streams streams = Streams.of(pipe);
            final Waiting<Integer> read = Waiting.enter(() -> streams.input().read());
            pipe.close();
            assertThat(read.thrown()).hasMessage("Stream closed");
            assertThatThrownBy(() -> streams.output().write(1)).hasMessage("Stream closed");
        }
    }

    @Test
    void anAbortedReadIsAnIoExceptionAndTheNextOneWorks() throws Exception {
        try (PipeServerSocket server = new PipeServerSocket(PipePair.newName());
                Streams streams = Streams.of(connected(server)); Socket peer = server.accept()) {
            final Waiting<Integer> read = Waiting.enter(() -> streams.input().read());
            streams.pipe().cancelAll();
            assertThat(read.thrown()).isInstanceOf(IOException.class);
            peer.getOutputStream().write(9);
            assertThat(streams.input().read()).isEqualTo(9);
        }
    }

    @Test
    void theCeilingOfOperationsIsAnIoException() throws Exception {
        try (CompletionPort port = CompletionPort.builder(Streams.listener()).operations(1).open();
                PipeServerSocket server = new PipeServerSocket(PipePair.newName())) {
            final NamedPipe pipe = NamedPipeClient.builder(port, server.getLocalSocketAddress().toString()).connect();
            try (Streams streams = Streams.of(pipe); Socket peer = server.accept()) {
                final Waiting<Integer> read = Waiting.enter(() -> streams.input().read());
                assertThatThrownBy(() -> streams.output().write(1)).isInstanceOf(IOException.class)
                        .hasCauseInstanceOf(OperationLimitException.class);
                peer.getOutputStream().write(4);
                assertThat(read.get()).isEqualTo(4);
                streams.output().write(5);
                assertThat(peer.getInputStream().read()).isEqualTo(5);
            }
        }
    }

    @Test
    void refuseADeviceOfAnotherPort() throws Exception {
        try (CompletionPort port = CompletionPort.open(completion -> { });
                PipeServerSocket server = new PipeServerSocket(PipePair.newName())) {
            final NamedPipe pipe = NamedPipeClient.builder(port, server.getLocalSocketAddress().toString()).connect();
            assertThatThrownBy(() -> Streams.of(pipe)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Streams.port()");
        }
    }

    @Test
    void theSharedPortIsOpenedAgain() throws Exception {
        Streams.port().close();
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            pair.client.getOutputStream().write(1);
            assertThat(pair.server.getInputStream().read()).isEqualTo(1);
        }
    }

    @Test
    void readingAndWritingAllocatesNothing() throws Exception {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final int rounds = 10_000;
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final byte[] data = new byte[100];
            final OutputStream out = pair.client.getOutputStream();
            final InputStream in = pair.server.getInputStream();
            long allocated = rounds;
            // The first turn loads classes and compiles; a busy machine compiles later.
            for (int turn = 0; turn < 30 && allocated >= rounds; turn++) {
                final long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
                for (int i = 0; i < rounds; i++) {
                    out.write(data, 0, data.length);
                    for (int read = 0; read < data.length;) {
                        read += in.read(data, read, data.length - read);
                    }
                }
                allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
            }
            assertThat(allocated).as("bytes in " + rounds + " round trips").isLessThan(rounds);
        }
    }

    private static NamedPipe connected(final PipeServerSocket server) throws IOException {
        return NamedPipeClient.builder(Streams.port(), server.getLocalSocketAddress().toString()).connect();
    }
}
