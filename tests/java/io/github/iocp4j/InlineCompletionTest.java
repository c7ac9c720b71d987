package io.github.iocp4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iocp4j.file.FilePosition;
import io.github.iocp4j.file.OverlappedFile;
import io.github.iocp4j.fixtures.CheckedPort;
import io.github.iocp4j.fixtures.PipePair;
import io.github.iocp4j.fixtures.Recorder.Completion;
import io.github.iocp4j.fixtures.SocketPair;
import io.github.iocp4j.pipe.NamedPipe;
import io.github.iocp4j.pipe.NamedPipeClient;
import io.github.iocp4j.pipe.NamedPipeServer;
import io.github.iocp4j.pipe.PipeMode;
import io.github.iocp4j.socket.UdpSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Devices that may complete inline. The system decides for each operation; therefore each test accepts both outcomes,
 * and checks only that each operation completes once.
 */
@Timeout(120)
final class InlineCompletionTest extends CheckedPort {
    private static final int CHUNK = 4_096;
    private static final int CHUNKS = 300;

    @TempDir
    private Path folder;

    private int transfers;
    private int inline;

    @AfterEach
    void printFigures(final TestInfo test) {
        if (transfers > 1) {
            System.out.println("Figures: " + test.getTestMethod().orElseThrow().getName() + ": " + inline + " of "
                    + transfers + " transfers completed inline");
        }
    }

    /** The number of bytes, of the inline completion or of the completion that follows. */
    private int moved(final long submitted, final Opcode opcode) throws Exception {
        transfers++;
        if (InlineCompletion.is(submitted)) {
            inline++;
            return InlineCompletion.bytes(submitted);
        }
        return recorder.nextSuccess(opcode).bytes;
    }

    @Test
    void fileIsReadToItsEnd() throws Exception {
        final byte[] content = new byte[CHUNK * CHUNKS + 17];
        new Random(1).nextBytes(content);
        final Path path = Files.write(folder.resolve("file"), content);
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().open()) {
            file.completeInline();
            final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
            final ByteBuffer all = ByteBuffer.allocate(content.length);
            while (all.hasRemaining()) {
                final long read = file.read(chunk, FilePosition.at(all.position()), 7);
                all.put(chunk.duplicate().limit(moved(read, Opcode.READ)));
            }
            assertThat(all.array()).isEqualTo(content);

            assertThat(InlineCompletion.is(file.read(chunk, FilePosition.at(content.length), 8))).isFalse();
            final Completion end = recorder.next();
            assertThat(end.status).as("the listener hears of the end").isEqualTo(Win32Error.HANDLE_EOF);
            assertThat(end.token).isEqualTo(8);
        }
    }

    @Test
    void fileIsWritten() throws Exception {
        final Path path = folder.resolve("written");
        try (OverlappedFile file = OverlappedFile.builder(port, path).write().create().open()) {
            file.completeInline();
            for (int i = 0; i < CHUNKS; i++) {
                final ByteBuffer line = PipePair.buffer(String.format("%07d\n", i));
                // Each extends the file.
                assertThat(moved(file.write(line, FilePosition.at(i * 8L), 0), Opcode.WRITE)).isEqualTo(8);
            }
        }
        assertThat(Files.readAllLines(path)).hasSize(CHUNKS).last().isEqualTo(String.format("%07d", CHUNKS - 1));
    }

    @Test
    void pipeCarriesEverythingInOrder() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.server.completeInline();
        pair.client.completeInline();
        carries(pair.server, pair.client);
    }

    @Test
    void socketCarriesEverythingInOrder() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        pair.server.completeInline();
        pair.client.completeInline();
        carries(pair.server, pair.client);
    }

    private void carries(final StreamDevice from, final StreamDevice to) throws Exception {
        final ByteBuffer out = ByteBuffer.allocateDirect(8);
        final ByteBuffer in = ByteBuffer.allocateDirect(8);
        for (long i = 0; i < CHUNKS; i++) {
            out.putLong(0, i);
            assertThat(moved(from.write(out.clear().limit(8), 1), Opcode.WRITE)).isEqualTo(8);
            assertThat(moved(to.read(in.clear().limit(8), 2), Opcode.READ)).isEqualTo(8);
            assertThat(in.getLong(0)).isEqualTo(i);
        }
        // A pending read completes to the listener, and so does the end of the data.
        final long waiting = to.read(in.clear().limit(8), 3);
        assertThat(InlineCompletion.is(waiting)).isFalse();
        assertThat(to.cancel(waiting)).isTrue();
        final Completion cancelled = recorder.next();
        assertThat(cancelled.status).isEqualTo(Win32Error.OPERATION_ABORTED);
        assertThat(cancelled.token).isEqualTo(3);
        to.read(in.clear().limit(8), 4);
        to.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
    }

    @Test
    void zeroLengthReadsAreNotTheEnd() throws Exception {
        final SocketPair pair = SocketPair.open(port, recorder);
        pair.server.completeInline();
        final ByteBuffer none = ByteBuffer.allocateDirect(0);
        final ByteBuffer one = ByteBuffer.allocateDirect(1);
        // Waits for data, and therefore completes to the listener.
        assertThat(InlineCompletion.is(pair.server.read(none, 1))).isFalse();
        pair.client.write(PipePair.buffer("data"), 2);
        recorder.next(2);
        for (int i = 0; i < 4; i++) {
            assertThat(moved(pair.server.read(none, 3), Opcode.READ)).isZero();
            assertThat(moved(pair.server.read(one, 4), Opcode.READ)).isEqualTo(1);
        }
        assertThat(moved(pair.server.write(none, 5), Opcode.WRITE)).isZero();
        // The end of the data, which may not be there yet, is no inline completion.
        pair.client.shutdownOutput();
        assertThat(InlineCompletion.is(pair.server.read(one, 6))).isFalse();
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isZero();
        assertThat(InlineCompletion.is(pair.server.read(one, 7))).as("the end is there").isFalse();
        assertThat(recorder.nextSuccess(Opcode.READ).bytes).isZero();
        assertThat(inline).as("the kernel has completed some at once").isPositive();
    }

    @Test
    void zeroLengthFileReadsAreNotTheEnd() throws Exception {
        final Path path = Files.write(folder.resolve("some"), new byte[] {1, 2, 3});
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().open()) {
            file.completeInline();
            assertThat(moved(file.read(ByteBuffer.allocateDirect(0), FilePosition.at(0), 1), Opcode.READ)).isZero();
            // One byte: its room must not be taken for none.
            final long end = file.read(ByteBuffer.allocateDirect(1), FilePosition.at(3), 2);
            assertThat(InlineCompletion.is(end)).isFalse();
            assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLE_EOF);
        }
    }

    /** It is not documented whether a packet follows a receive whose datagram does not fit. */
    @Test
    void datagramsAreRefused() throws Exception {
        try (UdpSocket socket = UdpSocket.builder(port, SocketPair.loopback()).open()) {
            assertThatThrownBy(socket::completeInline).isInstanceOfSatisfying(Win32Exception.class,
                    refused -> assertThat(refused.code()).isEqualTo(Win32Error.WSAEOPNOTSUPP));
        }
    }

    @Test
    void messageThatDoesNotFitKeepsItsBytes() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.MESSAGE);
        pair.client.completeInline();
        pair.server.write(PipePair.buffer("hello"), 1);
        recorder.nextSuccess(Opcode.WRITE);
        final ByteBuffer in = ByteBuffer.allocateDirect(3);

        assertThat(InlineCompletion.is(pair.client.read(in.clear().limit(3), 2))).isFalse();

        final Completion part = recorder.next();
        assertThat(part.status).isEqualTo(Win32Error.MORE_DATA);
        assertThat(PipePair.text(in, part.bytes)).isEqualTo("hel");
        assertThat(moved(pair.client.read(in.clear().limit(3), 3), Opcode.READ)).isEqualTo(2);
    }

    @Test
    void nextClientOfAPipeIsNotServedInline() throws Exception {
        final String name = PipePair.newName();
        try (NamedPipeServer server = NamedPipeServer.builder(port, name).listening(1).open()) {
            for (int i = 0; i < 3; i++) {
                final NamedPipe client = NamedPipeClient.builder(port, name).connect();
                final NamedPipe accepted = (NamedPipe) recorder.nextSuccess(Opcode.ACCEPT).device;
                final ByteBuffer buffer = PipePair.buffer("x");
                client.write(buffer, 1);
                recorder.nextSuccess(Opcode.WRITE);
                final long read = accepted.read(buffer.clear().limit(1), 2);
                assertThat(InlineCompletion.is(read)).as("client " + i).isFalse();
                recorder.nextSuccess(Opcode.READ);
                accepted.completeInline();
                accepted.disconnect();
                client.close();
            }
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void figuresBalance() throws Exception {
        final Path path = Files.write(folder.resolve("small"), new byte[CHUNK]);
        try (OverlappedFile file = OverlappedFile.builder(port, path).read().open()) {
            file.completeInline();
            final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
            for (int i = 0; i < CHUNKS; i++) {
                assertThat(moved(file.read(chunk, FilePosition.at(0), i), Opcode.READ)).isEqualTo(CHUNK);
            }
        }
        final PortSnapshot snapshot = port.snapshot();
        assertThat(snapshot.operationsAccepted()).isEqualTo(CHUNKS).isEqualTo(snapshot.operationsCompleted());
        assertThat(snapshot.operationsInFlight()).isZero();
    }

    // --- Misuse

    @Test
    void needsAHandle() throws Exception {
        try (NamedPipeServer server = NamedPipeServer.builder(port, PipePair.newName()).open()) {
            assertThatThrownBy(server::completeInline).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void needsAnOpenDevice() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.client.close();
        assertThatThrownBy(pair.client::completeInline).isInstanceOf(DeviceClosedException.class);
    }

    @Test
    void idIsNoNumberOfBytes() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        pair.client.completeInline();
        final long read = pair.client.read(ByteBuffer.allocateDirect(1), 1);
        assertThat(InlineCompletion.is(read)).isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> InlineCompletion.bytes(read))
                .withMessageContaining("InlineCompletion.is()");
        pair.client.close();
        assertThat(recorder.next().status).isEqualTo(Win32Error.HANDLES_CLOSED);
    }

    @Test
    void numberOfBytesIsNoId() throws Exception {
        final PipePair pair = PipePair.open(port, recorder, PipeMode.BYTE);
        final long seven = InlineCompletion.ofNative(1L << 61 | 7);
        final long zero = InlineCompletion.ofNative(1L << 61);
        final long most = InlineCompletion.ofNative(1L << 61 | Integer.MAX_VALUE);

        assertThat(InlineCompletion.is(zero)).isTrue();
        assertThat(InlineCompletion.bytes(zero)).isZero();
        assertThat(InlineCompletion.bytes(most)).isEqualTo(Integer.MAX_VALUE);
        assertThat(LongStream.of(zero, seven, most)).allMatch(inline -> inline < 0);
        assertThat(InlineCompletion.is(seven)).isTrue();
        assertThat(InlineCompletion.bytes(seven)).isEqualTo(7);
        for (final long inline : new long[] {zero, seven, most}) {
            assertThatIllegalArgumentException().isThrownBy(() -> pair.client.cancel(inline))
                    .withMessageContaining("moved " + InlineCompletion.bytes(inline) + " bytes")
                    .withMessageContaining("InlineCompletion.is()");
            assertThatIllegalArgumentException().isThrownBy(() -> pair.client.isPending(inline));
        }
        for (final long none : new long[] {0, Long.MIN_VALUE, Integer.MIN_VALUE - 1L, Long.MAX_VALUE}) {
            assertThat(InlineCompletion.is(none)).as("%d", none).isFalse();
        }
    }
}
