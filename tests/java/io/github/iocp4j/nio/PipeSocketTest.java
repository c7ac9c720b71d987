package io.github.iocp4j.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.Mechanism;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.pipe.NamedPipeAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A socket over a pipe reads, writes, times out and takes options as the documentation of java.net says. */
@Timeout(120)
final class PipeSocketTest {
    private static final int MEBIBYTE = 1 << 20;

    @Test
    void transfersBothWaysAtOnce() throws Exception {
        final byte[] sent = new byte[3 * MEBIBYTE + 1];
        new Random(1).nextBytes(sent);
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final CompletableFuture<Void> echo = OtherEnd.run(() -> {
                pair.server.getInputStream().transferTo(pair.server.getOutputStream());
                return null;
            });
            final CompletableFuture<byte[]> received =
                    OtherEnd.run(() -> pair.client.getInputStream().readNBytes(sent.length));
            pair.client.getOutputStream().write(sent);
            assertThat(received.get()).isEqualTo(sent);
            pair.client.close();
            echo.get();
        }
    }

    @Test
    void readsSingleBytesAndPartsAndSkips() throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final OutputStream out = pair.server.getOutputStream();
            out.write(0xFF);
            out.write(new byte[] {9, 1, 2, 3, 9}, 1, 3);
            final InputStream in = pair.client.getInputStream();
            assertThat(in.read()).isEqualTo(0xFF);
            assertThat(in.available()).isPositive();
            assertThat(in.read(new byte[0])).isZero();
            assertThat(in.skip(1)).isEqualTo(1);
            final byte[] part = new byte[4];
            assertThat(in.readNBytes(part, 1, 2)).isEqualTo(2);
            assertThat(part).containsExactly(0, 2, 3, 0);
            assertThat(in.available()).isZero();
            assertThatThrownBy(() -> in.read(part, 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> out.write(part, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETION_PORT", "EVENT"})
    void aTimeoutLosesNoByte(final Mechanism mechanism) throws Exception {
        final int bytes = 500;
        try (SocketPairOnPipe pair = SocketPairOnPipe.open(mechanism)) {
            final AtomicInteger timeouts = new AtomicInteger();
            pair.client.setSoTimeout(1);
            final InputStream in = pair.client.getInputStream();
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class).hasMessage("Read timed out");
            for (int i = 0; i < bytes; i++) {
                // Half of the bytes come while a read that has timed out is in flight.
                if (i % 2 == 0) {
                    assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class);
                }
                pair.server.getOutputStream().write(i);
                assertThat(readAgain(in, timeouts)).isEqualTo(i & 0xFF);
            }
            pair.client.setSoTimeout(0);
            pair.server.getOutputStream().write(7);
            assertThat(in.read()).isEqualTo(7);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETION_PORT", "EVENT"})
    void tenThousandTimeoutsLoseNoByte(final Mechanism mechanism) throws Exception {
        // In a row on each socket, while the peer writes when it likes.
        final int sockets = 10;
        final int timeouts = 1_000;
        final List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (int i = 0; i < sockets; i++) {
            ends.add(OtherEnd.run(() -> {
                try (SocketPairOnPipe pair = SocketPairOnPipe.open(mechanism)) {
                    pair.client.setSoTimeout(1);
                    final CompletableFuture<Integer> writer = OtherEnd.run(() -> writeUntilRead(pair.server));
                    final InputStream in = pair.client.getInputStream();
                    final AtomicInteger lost = new AtomicInteger();
                    int next = 0;
                    while (lost.get() < timeouts) {
                        assertThat(readAgain(in, lost)).isEqualTo(next++ & 0xFF);
                    }
                    pair.client.getOutputStream().write(1);
                    pair.client.setSoTimeout(0);
                    final int written = writer.get();
                    while (next < written) {
                        assertThat(in.read()).isEqualTo(next++ & 0xFF);
                    }
                    assertThat(pair.client.getInputStream().available()).isZero();
                }
                return null;
            }));
        }
        for (final CompletableFuture<Void> end : ends) {
            end.get();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETION_PORT", "EVENT"})
    void anInterruptEndsAReadAndLosesNoByte(final Mechanism mechanism) throws Exception {
        try (SocketPairOnPipe pair = SocketPairOnPipe.open(mechanism)) {
            final InputStream in = pair.client.getInputStream();
            final CountDownLatch interrupted = new CountDownLatch(1);
            // One thread for all: Wine may lose an operation whose thread ends at the moment of its completion.
            final Waiting<Integer> read = Waiting.enter(() -> {
                assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
                assertThatThrownBy(in::read).as("still interrupted").isInstanceOf(InterruptedIOException.class);
                assertThat(Thread.interrupted()).isTrue();
                interrupted.countDown();
                return in.read();
            });
            read.interrupt();
            interrupted.await();
            pair.server.getOutputStream().write(5);
            assertThat(read.get()).isEqualTo(5);
        }
    }

    @Test
    void anInterruptedWriteSaysHowMuchIsWritten() throws Exception {
        final byte[] sent = new byte[3 * MEBIBYTE];
        new Random(2).nextBytes(sent);
        try (SocketPairOnPipe pair = SocketPairOnPipe.open()) {
            final OutputStream out = pair.client.getOutputStream();
            final CountDownLatch interrupted = new CountDownLatch(1);
            final Waiting<Integer> write = Waiting.enter(() -> {
                int written = 0;
                try {
                    out.write(sent);
                } catch (final InterruptedIOException caught) {
                    written = caught.bytesTransferred;
                }
                assertThat(Thread.interrupted()).isTrue();
                interrupted.countDown();
                out.write(sent, written, sent.length - written);
                return written;
            });
            write.interrupt();
            interrupted.await();
            assertThat(pair.server.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            assertThat(write.get()).isPositive().isLessThan(sent.length);
        }
    }

    @Test
    void acceptsAllOptionsBeforeItIsConnected() throws Exception {
        final String name = PipePair.newName();
        try (PipeServerSocket server = new PipeServerSocket(name);
                Socket socket = PipeSocketFactory.of(name).createSocket()) {
            socket.setSoTimeout(1234);
            socket.setReuseAddress(true);
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setOOBInline(true);
            socket.setSendBufferSize(1000);
            socket.setReceiveBufferSize(2000);
            socket.setSoLinger(true, 3);
            socket.setTrafficClass(4);
            socket.setPerformancePreferences(1, 2, 3);
            socket.bind(null);
            socket.bind(new InetSocketAddress(0));
            assertThat(socket.isConnected() || socket.isClosed()).isFalse();
            assertThat(socket.isInputShutdown() || socket.isOutputShutdown()).isFalse();
            assertThat(socket.getRemoteSocketAddress()).isNull();
            assertThat(socket.getInetAddress()).isNull();
            assertThat(socket.getLocalPort()).isEqualTo(-1);
            assertThatThrownBy(socket::getInputStream).hasMessage("Socket is not connected");

            socket.connect(InetSocketAddress.createUnresolved("any.example", 80), 10_000);

            assertThat(socket.getSoTimeout()).isEqualTo(1234);
            assertThat(socket.getReuseAddress() && socket.getTcpNoDelay() && socket.getKeepAlive()
                    && socket.getOOBInline()).isTrue();
            assertThat(socket.getSendBufferSize()).isEqualTo(1000);
            assertThat(socket.getReceiveBufferSize()).isEqualTo(2000);
            assertThat(socket.getSoLinger()).isEqualTo(3);
            assertThat(socket.getTrafficClass()).isEqualTo(4);
            assertThat(socket.getRemoteSocketAddress()).isEqualTo(server.getLocalSocketAddress());
            assertThat(socket.getInetAddress().isLoopbackAddress()).isTrue();
            assertThat(socket.isConnected() && socket.isBound()).isTrue();
            assertThat(socket.getChannel()).isNull();
            assertThat(socket.toString()).contains(name);
            assertThat(socket.supportedOptions()).isEmpty();
            assertThatThrownBy(() -> socket.getOption(StandardSocketOptions.TCP_NODELAY))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> socket.sendUrgentData(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> socket.connect(server.getLocalSocketAddress())).hasMessage("already connected");
        }
    }

    @Test
    void refusesOptionsThatNoSocketHas() throws Exception {
        final Socket socket = new PipeSocket();
        assertThatThrownBy(() -> socket.setSoTimeout(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.setSendBufferSize(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.setTrafficClass(256)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.setSoLinger(true, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> socket.connect(NamedPipeAddress.of("x"), -1))
                .isInstanceOf(IllegalArgumentException.class);
        socket.close();
        socket.close();
        assertThatThrownBy(() -> socket.setTcpNoDelay(true)).hasMessage("Socket closed");
        assertThatThrownBy(() -> socket.connect(NamedPipeAddress.of("x"))).hasMessage("Socket closed");
    }

    /** Writes 0, 1, 2... with pauses of a few timeouts, until the peer writes; returns how many. */
    private static int writeUntilRead(final PipeSocket socket) throws IOException {
        final InputStream in = socket.getInputStream();
        final Random random = new Random(5);
        int written = 0;
        while (in.available() == 0) {
            LockSupport.parkNanos(random.nextInt(30_000_000));
            for (int more = random.nextInt(3); more >= 0; more--) {
                socket.getOutputStream().write(written++);
            }
        }
        return written;
    }

    private static int readAgain(final InputStream in, final AtomicInteger timeouts) throws IOException {
        while (true) {
            try {
                return in.read();
            } catch (final SocketTimeoutException early) {
                timeouts.incrementAndGet();
            }
        }
    }
}
